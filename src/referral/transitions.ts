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

/** What the caller is to this Task: the hub that owns the referral, the service that owns the offer, who sent it. */
export type Party = 'hub' | 'service' | 'referrer' | 'administrator'

/** What must come with a transition, and where it stands in the Task. */
export type Need =
  | 'practitioner'  // the token's acting practitioner
  | 'reason'        // Task.statusReason, coded from `reasons`
  | 'service'       // Task.output `service`, a HealthcareService
  | 'eta'           // extension `eta`
  | 'outcome'       // Task.output `outcome`

export type Consequence =
  | 'offer-proposed'   // each line's first-ranked service gets its offer
  | 'offer-chosen'     // the named service gets an offer
  | 'offer-next'       // the hub owns the next step; the line's next alternative gets its offer
  | 'start-visit'      // an Encounter begins: the clock stops
  | 'finish-line'      // the Encounter ends; when every line is done, the referral is completed
  | 'close-referral'   // every open Task ends with it, the ServiceRequest is completed with the outcome
  | 'cancel-referral'  // every open Task is cancelled, the ServiceRequest revoked

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
  readonly entails: readonly Consequence[]
  /** For people, in one sentence. */
  readonly meaning: string
}

const state = (status: LifecycleStatus, business: BusinessStatus): State => ({ status, business })

const HUB: readonly Party[] = ['hub', 'administrator']
const offered = state('requested', 'offered')
const seen = state('received', 'seen')
const accepted = state('accepted', 'accepted')
const enRoute = state('in-progress', 'en-route')
const visited = state('in-progress', 'visited')
const managing = state('in-progress', 'managing')
const proposed = state('in-progress', 'triage-proposed')
const untriaged = state('requested', 'received')
/** Business states of an open referral before a team is on its way, and after. */
const WAITING = ['received', 'triage-proposed', 'offered', 'seen', 'accepted', 'rejected'] as const
const UNDER_WAY = ['en-route', 'visited', 'managing'] as const
const OPEN = [...WAITING, ...UNDER_WAY].map(business => state('in-progress', business))

export const transitions: readonly Transition[] = [
  // -- triage: a named clinician decides (domain 3.2 row 4)
  {
    kind: 'triage', action: 'confirm', from: [proposed], to: state('completed', 'confirmed'), who: HUB,
    needs: ['practitioner'], takes: [], entails: ['offer-proposed'],
    meaning: 'The clinician agrees with the proposal; each line is offered to its first-ranked service.',
  },
  {
    kind: 'triage', action: 'override', from: [proposed, untriaged], to: state('completed', 'overridden'), who: HUB,
    needs: ['practitioner', 'reason', 'service'], takes: [], reasons: 'override', entails: ['offer-chosen'],
    meaning: 'The clinician decides otherwise and names the service that is offered the referral.',
  },
  // -- offer: the service answers and cares (rows 5 to 11)
  {
    kind: 'offer', action: 'seen', from: [offered], to: seen, who: ['service'],
    needs: [], takes: [], entails: [],
    meaning: 'Somebody at the service has seen the offer.',
  },
  {
    kind: 'offer', action: 'accept', from: [offered, seen], to: accepted, who: ['service'],
    needs: [], takes: ['eta'], entails: [],
    meaning: 'The service takes the referral on, and says when it expects to be there.',
  },
  {
    kind: 'offer', action: 'reject', from: [offered, seen], to: state('rejected', 'rejected'), who: ['service'],
    needs: ['reason'], takes: [], reasons: 'rejection', entails: ['offer-next'],
    meaning: 'The service cannot take it; the hub owns the next step at once and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'withdraw', from: [offered, seen], to: state('cancelled', 'withdrawn'), who: HUB,
    needs: ['reason'], takes: [], reasons: 'withdrawal', entails: ['offer-next'],
    meaning: 'The hub takes back an offer that nobody answered and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'en-route', from: [accepted], to: enRoute, who: ['service'],
    needs: [], takes: ['eta'], entails: [],
    meaning: 'The team is on its way.',
  },
  {
    kind: 'offer', action: 'hand-back', from: [accepted, enRoute], to: state('failed', 'rejected'), who: ['service'],
    needs: ['reason'], takes: [], reasons: 'rejection', entails: ['offer-next'],
    meaning: 'The service accepted and cannot come after all; the hub owns the next step and offers the next alternative.',
  },
  {
    kind: 'offer', action: 'visited', from: [accepted, enRoute], to: visited, who: ['service'],
    needs: [], takes: [], entails: ['start-visit'],
    meaning: 'The first face-to-face contact has begun; the two-hour clock stops.',
  },
  {
    kind: 'offer', action: 'managing', from: [visited], to: managing, who: ['service'],
    needs: [], takes: [], entails: [],
    meaning: 'The person stays under the care of the service.',
  },
  {
    kind: 'offer', action: 'complete', from: [visited, managing], to: state('completed', 'discharged'), who: ['service'],
    needs: ['practitioner'], takes: ['outcome'], entails: ['finish-line'],
    meaning: 'The clinician discharges the person with an outcome; when every line is done the referral is completed.',
  },
  {
    kind: 'offer', action: 'decline', from: [accepted, enRoute, visited, managing], to: state('failed', 'declined-by-patient'), who: ['service'],
    needs: ['practitioner', 'reason'], takes: ['outcome'], reasons: 'rejection', entails: ['finish-line'],
    meaning: 'The person does not want the service; this line of the referral ends, referrer and GP are told.',
  },
  {
    kind: 'offer', action: 'escalate-999', from: [accepted, enRoute, visited, managing], to: state('completed', 'escalated-999'), who: ['service'],
    needs: ['practitioner'], takes: ['outcome'], entails: ['close-referral'],
    meaning: 'The clinician at the service has called 999 and handed over; the referral ends with that outcome.',
  },
  // -- the referral as a whole
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
    kind: 'coordinate', action: 'offer', from: [state('in-progress', 'rejected')], to: state('in-progress', 'offered'), who: HUB,
    needs: ['service'], takes: [], entails: ['offer-chosen'],
    meaning: 'No proposed alternative is left: the hub names a service and offers it the line that waits.',
  },
  {
    kind: 'coordinate', action: 'cancel',
    from: WAITING.map(business => state('in-progress', business)),
    to: state('cancelled', 'cancelled-by-sender'), who: ['referrer'],
    needs: ['reason'], takes: [], reasons: 'cancellation', entails: ['cancel-referral'],
    meaning: 'The sender takes the referral back before a team is on its way.',
  },
  // -- data that could not be used as sent
  {
    kind: 'fix-data', action: 'resolve', from: [state('requested', 'to-fix')], to: state('completed', 'fixed'), who: HUB,
    needs: [], takes: [], entails: [],
    meaning: 'What was wrong with the data has been put right.',
  },
]

/** The rows that lead on from a state, whoever asks. */
export const leadingFrom = (kind: TaskKind, status: string | undefined, business: string | undefined): readonly Transition[] =>
  transitions.filter(row => row.kind === kind && row.from.some(from => from.status === status && from.business === business))

/** The rows a caller may take from a state. */
export const openTo = (rows: readonly Transition[], parties: readonly Party[]): readonly Transition[] =>
  rows.filter(row => row.who.some(party => parties.includes(party)))

/** What is written, as the table needs it. */
export interface Move {
  readonly kind: TaskKind
  readonly before: { readonly status: string | undefined; readonly business: string | undefined }
  readonly after: { readonly status: string | undefined; readonly business: string | undefined }
  readonly parties: readonly Party[]
  /** Whether a need of the row came with it. */
  readonly has: (need: Need, row: Transition) => boolean
}

export type Verdict =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'taken'; readonly row: Transition }
  /** No row leads there, or more than one could be meant. `allowed`: what this caller may do instead. */
  | { readonly kind: 'no-such-step'; readonly allowed: readonly Transition[] }
  | { readonly kind: 'not-yours'; readonly row: Transition; readonly allowed: readonly Transition[] }
  | { readonly kind: 'needs'; readonly row: Transition; readonly missing: Need }

/**
 * Judges one change of state. A change of `status` that leaves `businessStatus` as it was is taken for the row it can
 * only mean (a service that writes plain FHIR: `accepted`); the guard completes the business status.
 */
export const judge = ({ kind, before, after, parties, has }: Move): Verdict => {
  if (before.status === after.status && before.business === after.business) return { kind: 'unchanged' }
  const leading = leadingFrom(kind, before.status, before.business)
  const isStatusAlone = after.status !== before.status && (after.business === before.business || after.business === undefined)
  const meant = leading.filter(row => row.to.status === after.status && (row.to.business === after.business || isStatusAlone))
  const [row] = meant
  if (row === undefined || meant.length > 1) return { kind: 'no-such-step', allowed: openTo(leading, parties) }
  if (openTo([row], parties).length === 0) return { kind: 'not-yours', row, allowed: openTo(leading, parties) }
  const missing = row.needs.find(need => !has(need, row))
  return missing === undefined ? { kind: 'taken', row } : { kind: 'needs', row, missing }
}
