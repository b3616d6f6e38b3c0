/**
 * The coordinating Task mirrors every step, so that whoever polls the hub's Tasks or the case sees it: business state,
 * next-action time, a note that says who did what, and the ETA.
 *
 * With several lines the referral is as far as its least advanced line; a line that waits for the hub comes before all.
 */
import type { Annotation, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, businessOf, detail, detailConcept, ETA_EXTENSION, kindOf, withDetail, type BusinessStatus } from './codes.ts'
import { asResource, isOpen, linesOf, type Line, type Referral, type ReferralTasks } from './referral.ts'
import { nextActionAt, REVIEW_WITHIN_MS } from './times.ts'

/** Notes kept on a coordinating Task; older ones stand in its history. */
const MAX_NOTES = 50

/** From least to most advanced; a line that waits for the hub comes first of all. */
const PROGRESS: readonly BusinessStatus[] = ['rejected', 'redirected', 'offered', 'seen', 'accepted', 'en-route', 'visited', 'managing', 'discharged']

/** The ETA an offer carries, milliseconds; a day alone is none. */
export const etaOf = (task: Task): number | undefined => {
  const value = task.extension?.find(extension => extension.url === ETA_EXTENSION)?.valueDateTime
  const at = value?.includes('T') ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

const lineState = (line: Line): BusinessStatus => {
  if (line.open !== undefined) return businessOf(line.open) as BusinessStatus
  return line.isDone ? 'discharged' : 'rejected'
}

const dueOf = (task: Task): number | undefined => {
  const end = task.restriction?.period?.end
  return end === undefined ? undefined : Date.parse(end)
}

interface Standing {
  readonly business: BusinessStatus
  /** Instants, milliseconds: somebody must act by the first of them. */
  readonly waits: readonly number[]
}

/** Where the referral stands as a whole. */
const standingOf = (referral: Referral, now: number): Standing => {
  const { triage, followUp, attempts, proposal } = referral
  const at = (business: BusinessStatus, dueAt: number | undefined, etaAt?: number): number => nextActionAt({ business, now, dueAt, etaAt })
  const whole = (business: BusinessStatus, dueAt = proposal.dueAt): Standing => ({ business, waits: [at(business, dueAt)] })
  if (triage !== undefined && isOpen(triage)) return whole(businessOf(triage) as BusinessStatus)
  if (followUp !== undefined && isOpen(followUp)) return whole('returned-to-ambulance', dueOf(followUp))
  if (triage !== undefined && businessOf(triage) === 'escalated-999' && attempts.length === 0) return whole('escalated-999')
  const lines = linesOf(referral)
  const states = lines.map(lineState)
  return {
    business: PROGRESS.find(state => states.includes(state)) ?? 'rejected',
    waits: lines.filter(line => !line.isDone)
      .map(line => (line.open === undefined ? at('rejected', proposal.dueAt) : at(lineState(line), dueOf(line.open), etaOf(line.open)))),
  }
}

/** Brings the coordinating Task to where the referral stands, with one more note. `says` is what the note tells. */
export const mirror = async (unit: Unit, referral: Referral, says: string): Promise<void> => {
  const { coordinating } = referral
  if (coordinating === undefined || !isOpen(coordinating)) return
  const { business, waits } = standingOf(referral, unit.now)
  const reviews = referral.tasks.flatMap(task => (kindOf(task) === 'review' && isOpen(task) ? dueOf(task) ?? [] : []))
  const end = instant(Math.max(unit.now, Math.min(...waits, ...reviews, unit.now + REVIEW_WITHIN_MS)))
  const etas = referral.offers.flatMap(offer => (isOpen(offer) ? etaOf(offer) ?? [] : []))
  await unit.update(asResource({
    ...withEta(withoutUsed(coordinating), etas),
    businessStatus: businessConcept(business),
    restriction: { ...coordinating.restriction, period: { ...coordinating.restriction?.period, end } },
    note: noted(coordinating, { text: says, time: instant(unit.now) }),
  }), { origin: 'consequence' })
}

/** What one step brought along stands in what came of it, and in the history; left here, the next step would seem to bring it too. */
const withoutUsed = ({ statusReason: _used, output = [], ...task }: Task): Task =>
  ({ ...task, output: output.filter(entry => detail([entry], 'service') === undefined) })

/** With the first ETA of those who are coming; with none when nobody is. */
const withEta = ({ output, ...task }: Task, etas: readonly number[]): Task => {
  const told = etas.length === 0
    ? output?.filter(entry => detail([entry], 'eta') === undefined) ?? []
    : withDetail(output, { type: detailConcept('eta'), valueDateTime: instant(Math.min(...etas)) }, 'eta')
  return { ...task, ...(told.length === 0 ? {} : { output: told }) }
}

export const noted = (task: Task, note: Annotation): Annotation[] => [...(task.note ?? []), note].slice(-MAX_NOTES)

/**
 * No-orphan guarantee: an open referral has exactly one open coordinating Task, with an owner and a next-action time
 * (domain 2.6); a closed one has none. Throws 422 `referral-orphaned`.
 */
export const requireOneOwner = (referral: ReferralTasks): void => {
  const open = referral.tasks.filter(task => isOpen(task) && kindOf(task) === 'coordinate')
  const isActive = referral.request.status === 'active'
  if (!isActive && open.length === 0) return
  const [task, ...others] = open
  if (isActive && task !== undefined && others.length === 0 && task.owner !== undefined && isInstant(task.restriction?.period?.end)) return
  throw outcomes.businessRule('referral-orphaned',
    `ServiceRequest/${referral.id} ${isActive ? 'is open and needs exactly one' : 'is closed and may not have an'} open coordinating Task`
    + `${isActive ? ' with an owner and a next-action time (restriction.period.end)' : ''}; it would have ${open.length}`)
}

const isInstant = (text: string | undefined): boolean => text !== undefined && !Number.isNaN(Date.parse(text))
