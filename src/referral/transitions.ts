/**
 * The transition table: what may happen to the Tasks of a referral, from which state, by whom, with what, and what
 * follows. `Task.status` is FHIR's lifecycle, `Task.businessStatus` the state people speak of (docs/referral.md).
 *
 * `$transition` and a plain PUT, PATCH, POST or DELETE are judged by these rows and by nothing else; a state
 * that no row leads to cannot be written.
 */
import type { BusinessStatus, TaskKind } from './codes.ts'
import type { ReasonListName } from './reasons.ts'

export type LifecycleStatus =
  | 'requested' | 'received' | 'accepted' | 'rejected' | 'in-progress' | 'on-hold' | 'completed' | 'failed' | 'cancelled'

export interface State {
  readonly status: LifecycleStatus
  readonly business: BusinessStatus
}

/** What the caller is to this Task: the hub that owns the referral, the service that owns the Task, who sent it. */
export type Party = 'hub' | 'service' | 'referrer' | 'administrator'

/** What must come with a transition, and where it stands in the Task. */
export type Need =
  | 'practitioner'  // the token's acting practitioner
  | 'reason'        // Task.statusReason, coded from `reasons`
  | 'service'       // Task.output `service`, a HealthcareService
  | 'eta'           // extension `eta`
  | 'outcome'       // Task.output `outcome`
  | 'question'      // Task.statusReason.text: what the Task waits for
  | 'answer'        // Task.output `answer`

/** What must be so of the referral for a row to apply (circumstances.ts). */
export type Circumstance =
  | 'offerable'         // the proposal is an offer or a review, and names a service that can be offered it now
  | 'emergency'         // the proposal says 999
  | 'moreinfo'          // the proposal lacks something the sender knows
  | 'redirect'          // the proposal says that somebody else is the right one
  | 'closed'            // the proposal says that the person declines
  | 'nobody-under-way'  // no team is on its way or with the person

export type Consequence =
  | 'offer-proposed'    // each line that has no offer yet is offered to its first alternative
  | 'offer-chosen'      // the named service gets an offer
  | 'offer-next'        // the hub owns the next step; the line's next alternative gets its offer
  | 'ask-sender'        // the sender gets a request-info Task with the question
  | 'resume-triage'     // triage goes on, with a proposal that reads what has come since
  | 'end-questions'     // questions that nobody answered are taken back
  | 'redirect'          // a redirect Task asks the other side to take it over
  | 'hand-to-ambulance' // open offers are cancelled; the hub gets a follow-up Task
  | 'start-visit'       // an Encounter begins: the clock stops
  | 'finish-line'       // the Encounter ends; when every line is done, the referral is completed
  | 'close-referral'    // every open Task ends with it, the ServiceRequest is completed with the outcome
  | 'cancel-referral'   // every open Task is cancelled, the ServiceRequest revoked

export interface Transition {
  readonly kind: TaskKind
  readonly action: string
  readonly from: readonly State[]
  readonly to: State
  readonly who: readonly Party[]
  readonly needs: readonly Need[]
  /** May come with it. */
  readonly takes: readonly Need[]
  readonly reasons?: ReasonListName
  readonly when?: Circumstance
  readonly entails: readonly Consequence[]
  /** For people, in one sentence. */
  readonly meaning: string
}

const state = (status: LifecycleStatus, business: BusinessStatus): State => ({ status, business })
const open = (...business: BusinessStatus[]): readonly State[] => business.map(each => state('in-progress', each))

const HUB: readonly Party[] = ['hub', 'administrator']
const SERVICE: readonly Party[] = ['service']

const proposed = state('in-progress', 'triage-proposed')
const untriaged = state('requested', 'received')
const asked = state('on-hold', 'info-requested')
const UNDECIDED = [proposed, untriaged, asked]

const offered = state('requested', 'offered')
const seen = state('received', 'seen')
const accepted = state('accepted', 'accepted')
const enRoute = state('in-progress', 'en-route')
const visited = state('in-progress', 'visited')
const managing = state('in-progress', 'managing')
const CARING = [accepted, enRoute, visited, managing]

const redirected = state('requested', 'redirected')
const toFollowUp = state('requested', 'returned-to-ambulance')
const question = state('requested', 'info-requested')

/** Business states of an open referral before a team is on its way, and after. */
const WAITING = open(
  'received', 'triage-proposed', 'info-requested', 'offered', 'seen', 'accepted', 'rejected', 'redirected', 'returned-to-ambulance', 'escalated-999')
const OPEN = [...WAITING, ...open('en-route', 'visited', 'managing')]

/** A named clinician decides (domain 3.2, rows 3 and 4, x5 and x6). */
const triage: readonly Transition[] = [
  {
    kind: 'triage', action: 'request-info', from: [proposed, untriaged], to: asked, who: HUB,
    needs: ['question'], takes: [], entails: ['ask-sender'],
    meaning: 'The sender is asked for what is missing; the referral stays active and its clock runs.',
  },
  {
    kind: 'triage', action: 'confirm', when: 'offerable', from: [proposed, asked], to: state('completed', 'confirmed'), who: HUB,
    needs: ['practitioner'], takes: [], entails: ['end-questions', 'offer-proposed'],
    meaning: 'The clinician agrees with the proposal; each line is offered to its first-ranked service.',
  },
  {
    kind: 'triage', action: 'confirm', when: 'emergency', from: [proposed, asked], to: state('completed', 'escalated-999'), who: HUB,
    needs: ['practitioner'], takes: [], entails: ['end-questions'],
    meaning: 'The clinician agrees that it is 999; nothing is offered, and the hub keeps the referral until the ambulance service has taken over.',
  },
  {
    kind: 'triage', action: 'confirm', when: 'moreinfo', from: [proposed], to: asked, who: HUB,
    needs: ['practitioner'], takes: ['question'], entails: ['ask-sender'],
    meaning: 'The clinician agrees that something is missing; the sender is asked for just that.',
  },
  {
    kind: 'triage', action: 'confirm', when: 'redirect', from: [proposed, asked], to: state('completed', 'redirected'), who: HUB,
    needs: ['practitioner'], takes: ['service'], entails: ['end-questions', 'redirect'],
    meaning: 'The clinician agrees that somebody else is the right one, who is asked to take it over.',
  },
  {
    kind: 'triage', action: 'confirm', when: 'closed', from: [proposed, asked], to: state('completed', 'declined-by-patient'), who: HUB,
    needs: ['practitioner'], takes: ['outcome'], entails: ['end-questions', 'close-referral'],
    meaning: 'The clinician agrees that the person does not want it; the referral ends, referrer and GP are told.',
  },
  {
    kind: 'triage', action: 'override', from: UNDECIDED, to: state('completed', 'overridden'), who: HUB,
    needs: ['practitioner', 'reason', 'service'], takes: [], reasons: 'override', entails: ['end-questions', 'offer-chosen', 'offer-proposed'],
    meaning: 'The clinician decides otherwise and names the service that is offered the referral; further lines are offered as proposed.',
  },
  {
    kind: 'triage', action: 'redirect', from: UNDECIDED, to: state('completed', 'redirected'), who: HUB,
    needs: ['practitioner', 'reason'], takes: ['service'], reasons: 'redirection', entails: ['end-questions', 'redirect'],
    meaning: 'Another service, hub or place is the right one, and is asked to take the whole referral over.',
  },
  {
    kind: 'triage', action: 'return-to-ambulance', from: UNDECIDED, to: state('completed', 'returned-to-ambulance'), who: HUB,
    needs: ['practitioner'], takes: [], entails: ['end-questions', 'hand-to-ambulance'],
    meaning: 'The person stays with the ambulance service, before its breach time; the hub follows up.',
  },
]

/** New findings after the decision (W03). */
const reviews: readonly Transition[] = [
  {
    kind: 'review', action: 'resolve', from: [state('requested', 'to-review')], to: state('completed', 'reviewed'), who: HUB,
    needs: ['practitioner'], takes: [], entails: [],
    meaning: 'A clinician has looked at what is new; what it asks for is a step of its own.',
  },
]

/** What the sender is asked (row 3). */
const information: readonly Transition[] = [
  {
    kind: 'request-info', action: 'answer-info', from: [question], to: state('completed', 'info-answered'), who: ['referrer', ...HUB],
    needs: ['answer'], takes: [], entails: ['resume-triage'],
    meaning: 'The sender answers, or the hub writes down what it was told; triage goes on with it.',
  },
  {
    kind: 'request-info', action: 'withdraw', from: [question], to: state('cancelled', 'withdrawn'), who: HUB,
    needs: ['reason'], takes: [], reasons: 'withdrawal', entails: ['resume-triage'],
    meaning: 'The answer is no longer needed; triage goes on without it.',
  },
]

/** The service answers and cares (rows 5 to 11). */
const offers: readonly Transition[] = [
  {
    kind: 'offer', action: 'seen', from: [offered], to: seen, who: SERVICE,
    needs: [], takes: [], entails: [],
    meaning: 'Somebody at the service has seen the offer.',
  },
  {
    kind: 'offer', action: 'accept', from: [offered, seen], to: accepted, who: SERVICE,
    needs: [], takes: ['eta'], entails: [],
    meaning: 'The service takes the referral on, and says when it expects to be there.',
  },
  {
    kind: 'offer', action: 'reject', from: [offered, seen], to: state('rejected', 'rejected'), who: SERVICE,
    needs: ['reason'], takes: [], reasons: 'rejection', entails: ['offer-next'],
    meaning: 'The service cannot take it; the hub owns the next step at once and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'withdraw', from: [offered, seen], to: state('cancelled', 'withdrawn'), who: HUB,
    needs: ['reason'], takes: [], reasons: 'withdrawal', entails: ['offer-next'],
    meaning: 'The hub takes back an offer that nobody answered and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'en-route', from: [accepted], to: enRoute, who: SERVICE,
    needs: [], takes: ['eta'], entails: [],
    meaning: 'The team is on its way.',
  },
  {
    kind: 'offer', action: 'hand-back', from: [accepted, enRoute], to: state('failed', 'rejected'), who: SERVICE,
    needs: ['reason'], takes: [], reasons: 'rejection', entails: ['offer-next'],
    meaning: 'The service accepted and cannot come after all; the hub owns the next step and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'visited', from: [accepted, enRoute], to: visited, who: SERVICE,
    needs: [], takes: [], entails: ['start-visit'],
    meaning: 'The first face-to-face contact has begun; the two-hour clock stops.',
  },
  {
    kind: 'offer', action: 'managing', from: [visited], to: managing, who: SERVICE,
    needs: [], takes: [], entails: [],
    meaning: 'The person stays under the care of the service.',
  },
  {
    kind: 'offer', action: 'complete', from: [visited, managing], to: state('completed', 'discharged'), who: SERVICE,
    needs: ['practitioner'], takes: ['outcome'], entails: ['finish-line'],
    meaning: 'The clinician discharges the person with an outcome; when every line is done the referral is completed.',
  },
  {
    kind: 'offer', action: 'decline', from: CARING, to: state('failed', 'declined-by-patient'), who: SERVICE,
    needs: ['practitioner', 'reason'], takes: ['outcome'], reasons: 'rejection', entails: ['finish-line'],
    meaning: 'The person does not want the service; this line of the referral ends, referrer and GP are told.',
  },
  {
    kind: 'offer', action: 'escalate-999', from: CARING, to: state('completed', 'escalated-999'), who: SERVICE,
    needs: ['practitioner'], takes: ['outcome'], entails: ['close-referral'],
    meaning: 'The clinician at the service has called 999 and handed over; the referral ends with that outcome.',
  },
  {
    kind: 'offer', action: 'died', from: CARING, to: state('completed', 'died'), who: SERVICE,
    needs: ['practitioner'], takes: [], entails: ['close-referral'],
    meaning: 'The person has died; everything that is planned for them stops at once.',
  },
]

/** The other side of a redirection (x5): it stays open until somebody there, or a person at the hub who has spoken to them, says so. */
const redirects: readonly Transition[] = [
  {
    kind: 'redirect', action: 'accept', from: [redirected], to: state('completed', 'redirected'), who: ['service', ...HUB],
    needs: ['practitioner'], takes: [], entails: ['finish-line'],
    meaning: 'The other side has taken it over; with its last line the referral is completed.',
  },
  {
    kind: 'redirect', action: 'reject', from: [redirected], to: state('rejected', 'rejected'), who: ['service', ...HUB],
    needs: ['reason'], takes: [], reasons: 'rejection', entails: [],
    meaning: 'The other side does not take it; the hub owns the next step at once.',
  },
  {
    kind: 'redirect', action: 'withdraw', from: [redirected], to: state('cancelled', 'withdrawn'), who: HUB,
    needs: ['reason'], takes: [], reasons: 'withdrawal', entails: [],
    meaning: 'The hub takes the redirection back and owns the next step.',
  },
]

/** The referral as a whole, by its hub or its sender. */
const coordination: readonly Transition[] = [
  {
    kind: 'coordinate', action: 'offer', from: open('rejected', 'escalated-999'), to: state('in-progress', 'offered'), who: HUB,
    needs: ['service'], takes: [], entails: ['offer-chosen'],
    meaning: 'The hub names a service and offers it the first line that waits: no alternative is left, or no ambulance is needed.',
  },
  {
    kind: 'coordinate', action: 'redirect', from: open('rejected'), to: state('in-progress', 'redirected'), who: HUB,
    needs: ['practitioner', 'reason'], takes: ['service'], reasons: 'redirection', entails: ['redirect'],
    meaning: 'Nobody here takes the first line that waits; somebody else is asked to take it over.',
  },
  {
    kind: 'coordinate', action: 'return-to-ambulance', when: 'nobody-under-way',
    from: open('offered', 'seen', 'accepted', 'rejected', 'redirected', 'escalated-999'), to: state('in-progress', 'returned-to-ambulance'), who: HUB,
    needs: ['practitioner'], takes: [], entails: ['hand-to-ambulance'],
    meaning: 'No service can be there before the breach time; the person stays with the ambulance service and the hub follows up.',
  },
  {
    kind: 'coordinate', action: 'escalate-999', from: OPEN, to: state('completed', 'escalated-999'), who: HUB,
    needs: ['practitioner'], takes: ['outcome'], entails: ['close-referral'],
    meaning: 'The clinician at the hub has called 999 and handed over; the referral ends with that outcome.',
  },
  {
    kind: 'coordinate', action: 'decline', from: OPEN, to: state('completed', 'declined-by-patient'), who: HUB,
    needs: ['practitioner'], takes: ['outcome'], entails: ['close-referral'],
    meaning: 'The person does not want the referral; referrer and GP are told.',
  },
  {
    kind: 'coordinate', action: 'died', from: OPEN, to: state('completed', 'died'), who: [...HUB, 'referrer'],
    needs: ['practitioner'], takes: [], entails: ['close-referral'],
    meaning: 'The person has died; everything that is planned for them stops at once.',
  },
  {
    kind: 'coordinate', action: 'cancel', when: 'nobody-under-way', from: WAITING, to: state('cancelled', 'cancelled-by-sender'), who: ['referrer'],
    needs: ['reason'], takes: [], reasons: 'cancellation', entails: ['cancel-referral'],
    meaning: 'The sender takes the referral back before a team is on its way.',
  },
]

/** After the person was left with the ambulance service (x6). */
const followUps: readonly Transition[] = [
  {
    kind: 'follow-up', action: 'complete', from: [toFollowUp], to: state('completed', 'followed-up'), who: HUB,
    needs: ['practitioner'], takes: ['outcome'], entails: ['close-referral'],
    meaning: 'The hub knows how the person is and that nothing more is needed; the referral is completed.',
  },
  {
    kind: 'follow-up', action: 'offer', from: [toFollowUp], to: state('completed', 'offered'), who: HUB,
    needs: ['service'], takes: [], entails: ['offer-chosen'],
    meaning: 'The person is at home and still needs care: a service is offered the referral.',
  },
]

/** Data that could not be used as sent. */
const repairs: readonly Transition[] = [
  {
    kind: 'fix-data', action: 'resolve', from: [state('requested', 'to-fix')], to: state('completed', 'fixed'), who: HUB,
    needs: [], takes: [], entails: [],
    meaning: 'What was wrong with the data has been put right.',
  },
]

export const transitions: readonly Transition[] = [...triage, ...reviews, ...information, ...offers, ...redirects, ...coordination, ...followUps, ...repairs]
