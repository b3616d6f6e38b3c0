/**
 * The coordinating Task mirrors every step, so that whoever polls the hub's Tasks or the case sees it: business state,
 * next-action time, a note that says who did what, and the ETA.
 *
 * With several lines the referral is as far as its least advanced line.
 */
import type { Annotation, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, businessOf, detailConcept, ETA_EXTENSION, kindOf, withDetail, type BusinessStatus } from './codes.ts'
import { asResource, isOpen, linesOf, type Line, type Referral } from './referral.ts'
import { nextActionAt, REVIEW_WITHIN_MS } from './times.ts'

/** Notes kept on a coordinating Task; older ones stand in its history. */
const MAX_NOTES = 50

/** From least to most advanced; a line that waits for the hub comes first of all. */
const PROGRESS: readonly BusinessStatus[] = ['rejected', 'offered', 'seen', 'accepted', 'en-route', 'visited', 'managing', 'discharged']

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

/** Brings the coordinating Task to where the lines are, with one more note. `says` is what the note tells. */
export const mirror = async (unit: Unit, referral: Referral, says: string): Promise<void> => {
  const { coordinating } = referral
  if (coordinating === undefined || !isOpen(coordinating)) return
  const lines = linesOf(referral)
  const states = lines.map(lineState)
  const business = PROGRESS.find(state => states.includes(state)) ?? businessOf(coordinating) as BusinessStatus
  const waits = lines.filter(line => !line.isDone).map(line => nextActionAt({
    business: lineState(line), now: unit.now,
    dueAt: line.open === undefined ? referral.proposal.dueAt : dueOf(line.open),
    etaAt: line.open === undefined ? undefined : etaOf(line.open),
  }))
  const end = instant(Math.min(...waits, unit.now + REVIEW_WITHIN_MS))
  const etas = lines.flatMap(({ open }) => (open === undefined ? [] : etaOf(open) ?? []))
  await unit.update(asResource({
    ...coordinating,
    businessStatus: businessConcept(business),
    restriction: { ...coordinating.restriction, period: { ...coordinating.restriction?.period, end } },
    ...(etas.length === 0 ? {} : {
      output: withDetail(coordinating.output, { type: detailConcept('eta'), valueDateTime: instant(Math.min(...etas)) }, 'eta'),
    }),
    note: noted(coordinating, { text: says, time: instant(unit.now) }),
  }), { origin: 'consequence' })
}

export const noted = (task: Task, note: Annotation): Annotation[] => [...(task.note ?? []), note].slice(-MAX_NOTES)

/**
 * No-orphan guarantee: an open referral has exactly one open coordinating Task, with an owner and a next-action time
 * (domain 2.6); a closed one has none. Throws 422 `referral-orphaned`.
 */
export const requireOneOwner = (referral: Referral): void => {
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
