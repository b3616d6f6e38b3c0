/**
 * HealthcareService/[id]/$report-capacity: a service says how much room it has. Only the service's own client may, what is
 * newer is never overwritten by what is older, and every version of the service keeps the count of its time.
 */
import type { HealthcareService } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { dateRange } from '../fhir/dates.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { refText, type Resource } from '../fhir/resource.ts'
import { versionHeaders } from '../rest/answers.ts'
import { operation, type OperationInput } from '../rest/operation.ts'
import { countOf, inMinutes, minutesOf, STALE_AFTER_MS, withCount, type CapacityCount } from './capacity.ts'
import { MINUTE } from './london.ts'
import { organisationOf } from './organisations.ts'

/** A client's clock may be so far ahead; what it counts is then as of receipt. */
const CLOCKS_DIFFER_MS = MINUTE

type Result = 'recorded' | 'unchanged' | 'superseded'

export const reportCapacity = operation({
  code: 'report-capacity',
  title: 'Report capacity',
  documentation: 'A service says how many more people it can take and how long they wait. A count is confirmed for four hours. '
    + 'One that is older than what was reported before is not taken, and the answer shows the newer.',
  resource: ['HealthcareService'],
  system: false, type: false, instance: true, affectsState: true,
  parameter: [
    { name: 'free', use: 'in', min: 1, max: '1', type: 'unsignedInt', documentation: 'How many more people the service can take now; 0 is full.' },
    { name: 'total', use: 'in', min: 0, max: '1', type: 'unsignedInt', documentation: 'How many places it has in all.' },
    { name: 'waiting', use: 'in', min: 0, max: '1', type: 'Duration', documentation: 'How long a person waits who is referred now, in min, h, d or wk (UCUM).' },
    { name: 'asOf', use: 'in', min: 0, max: '1', type: 'dateTime', documentation: 'When it was counted, with a time; now unless given. At most four hours ago.' },
    { name: 'result', use: 'out', min: 1, max: '1', type: 'code',
      documentation: 'recorded; unchanged: the same was reported before; superseded: a newer count is there and stays.' },
    { name: 'free', use: 'out', min: 1, max: '1', type: 'unsignedInt', documentation: 'As the hub has it now.' },
    { name: 'total', use: 'out', min: 0, max: '1', type: 'unsignedInt', documentation: 'As the hub has it now.' },
    { name: 'waiting', use: 'out', min: 0, max: '1', type: 'Duration', documentation: 'As the hub has it now.' },
    { name: 'asOf', use: 'out', min: 1, max: '1', type: 'dateTime', documentation: 'Of the count that the hub has now.' },
    { name: 'confirmedUntil', use: 'out', min: 1, max: '1', type: 'instant', documentation: 'From then on the count is unconfirmed; report again before.' },
  ],
}, async ({ id = '', ifMatch, input, caller, repository, requestId, correlationId }) => {
  const context = { caller, requestId, correlationId }
  const ref = { type: 'HealthcareService', id }
  if (!await repository.isVisible(context, ref)) throw outcomes.notFound(refText(ref))
  if (!await repository.isListed(ref)) {
    throw outcomes.businessRule('not-in-the-directory', `${refText(ref)} came inside a referral and is no entry of the directory; report for the service that the directory lists`)
  }
  const { value, versions } = await repository.transact(context, async unit => {
    const service = await unit.read(ref)
    if (service === undefined) throw outcomes.notFound(refText(ref))
    requireOwn(caller.organisation, await organisationOf(unit, (service as unknown as HealthcareService).providedBy))
    const version = Number(service.meta?.versionId)
    if (ifMatch !== undefined && ifMatch !== version) throw outcomes.versionConflict(refText(ref), version)
    const [known, reported] = [countOf(service), reportedIn(input, unit.now)]
    const result = resultOf(known, reported, refText(ref))
    if (result === 'recorded') await unit.update(withCount(service, reported))
    return { result, count: result === 'recorded' ? reported : known ?? reported }
  })
  const now = versions.find(version => refText(version.ref) === refText(ref))
  return { status: 200, resource: answer(value.result, value.count), ...(now === undefined ? {} : { headers: versionHeaders(now) }) }
})

/** Nothing of who provides it is told to others. */
const requireOwn = (organisation: string, provider: string | undefined): void => {
  if (provider !== undefined && provider === organisation.toUpperCase()) return
  throw outcomes.forbidden("$report-capacity is for the service's own client: one registered for the organisation in HealthcareService.providedBy")
}

const reportedIn = (input: OperationInput, now: number): CapacityCount => {
  const [free, total, waiting] = [Number(input.one('free')), input.one('total'), input.one('waiting')]
  if (typeof total === 'number' && free > total) {
    throw outcomes.businessRule('capacity-free-over-total', `${free} free places are more than ${total} places in all; send a total that includes the free ones, or none`, parameter('free'))
  }
  const waitingMinutes = minutesOf(waiting)
  if (waiting !== undefined && (waitingMinutes === undefined || waitingMinutes < 0)) {
    throw outcomes.businessRule('capacity-waiting-unreadable', 'waiting is a Duration from 0 up in min, h, d or wk, such as { "value": 90, "system": "http://unitsofmeasure.org", "code": "min" }', parameter('waiting'))
  }
  return {
    free, ...(typeof total === 'number' ? { total } : {}), ...(waitingMinutes === undefined ? {} : { waitingMinutes }),
    asOf: countedAt(input.one('asOf'), now),
  }
}

const countedAt = (asOf: unknown, now: number): number => {
  if (asOf === undefined) return now
  const at = typeof asOf === 'string' && asOf.includes('T') ? dateRange(asOf)?.low : undefined
  if (at === undefined) {
    throw outcomes.businessRule('capacity-as-of-unreadable', 'asOf is a date with a time and an offset, such as 2026-11-24T10:15:00Z', parameter('asOf'))
  }
  if (at > now + CLOCKS_DIFFER_MS) {
    throw outcomes.businessRule('capacity-from-the-future', `asOf is later than the hub's time, ${instant(now)}; set the clock, or leave asOf out`, parameter('asOf'))
  }
  if (now - at > STALE_AFTER_MS) {
    throw outcomes.businessRule('capacity-too-old', `asOf is more than four hours before the hub's time, ${instant(now)}: such a count would be unconfirmed at once; count again`, parameter('asOf'))
  }
  return Math.min(at, now)
}

const resultOf = (known: CapacityCount | undefined, reported: CapacityCount, what: string): Result => {
  if (known === undefined || reported.asOf > known.asOf) return 'recorded'
  if (reported.asOf < known.asOf) return 'superseded'
  if (JSON.stringify(reported) === JSON.stringify(known)) return 'unchanged'
  throw outcomes.capacityContradicted(what, instant(known.asOf))
}

const parameter = (name: string): string => `Parameters.parameter.where(name='${name}')`

const answer = (result: Result, { free, total, waitingMinutes, asOf }: CapacityCount): Resource => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'result', valueCode: result },
    { name: 'free', valueUnsignedInt: free },
    ...(total === undefined ? [] : [{ name: 'total', valueUnsignedInt: total }]),
    ...(waitingMinutes === undefined ? [] : [{ name: 'waiting', valueDuration: inMinutes(waitingMinutes) }]),
    { name: 'asOf', valueDateTime: instant(asOf) },
    { name: 'confirmedUntil', valueInstant: instant(asOf + STALE_AFTER_MS) },
  ],
})
