/** What `$find` answers, as Parameters in the manner of `$triage`. Times are instants in UTC. docs/integrators/directory.md */
import type { ParametersParameter } from 'fhir/r4.js'
import { instant } from '../../fhir/clock.ts'
import { distance } from '../../fhir/lengths.ts'
import { hubCodeSystem, type Resource } from '../../fhir/resource.ts'
import { inMinutes, type Capacity } from '../capacity.ts'
import { MINUTE } from '../london.ts'
import { hoursAt, type Candidate, type Found, type LeftOut } from './find.ts'
import type { Ask, Asked, Criterion, Judgement } from './judging.ts'
import type { FoundPlace } from './place.ts'

export const foundParameters = (asked: Asked, judgement: Judgement, found: Found, asks: readonly Ask[], count: number): Resource => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'at', valueInstant: instant(asked.at) },
    { name: 'need', valueCoding: asked.need.system === undefined ? { system: hubCodeSystem('need'), ...asked.need } : asked.need },
    { name: 'place', part: placeParts(asked.place) },
    ...(judgement.urgency === undefined ? [] : [{ name: 'priority', valueCode: judgement.urgency.priority }]),
    ...(judgement.urgency === undefined || judgement.urgency.deadlineAt === Infinity ? [] : [{ name: 'deadline', valueInstant: instant(judgement.urgency.deadlineAt) }]),
    ...asks.map(({ linkId, text }) => ({ name: 'ask', part: [{ name: 'linkId', valueString: linkId }, { name: 'text', valueString: text }] })),
    ...found.offered.slice(0, count).map((candidate, index) => service(candidate, index + 1, asked)),
    { name: 'serviceTotal', valueUnsignedInt: found.offered.length },
    ...found.leftOut.map(leftOut),
    { name: 'leftOutTotal', valueUnsignedInt: found.leftOutTotal },
    ...(judgement.pack === undefined ? [] : [{
      name: 'pack', part: [{ name: 'canonical', valueCanonical: judgement.pack.canonical }, { name: 'version', valueString: judgement.pack.version }],
    }]),
  ],
})

const placeParts = ({ kind, district, name, postcode, position }: FoundPlace): ParametersParameter[] => [
  { name: 'kind', valueCode: kind },
  ...(district === undefined ? [] : [{
    name: 'district', valueCoding: { system: 'http://statistics.data.gov.uk/id/statistical-geography', code: district, ...(name === undefined ? {} : { display: name }) },
  }]),
  ...(postcode === undefined ? [] : [{ name: 'postcode', valueString: postcode }]),
  ...(position === undefined ? [] : [{ name: 'position', valueString: `${position.latitude}|${position.longitude}` }]),
]

const service = ({ entry, verdict, rank: _place, isLate, room, metres }: Candidate, rank: number, { at }: Asked): ParametersParameter => {
  const { isOpen, closesAt, opensAt } = hoursAt(entry, at)
  return {
    name: 'service',
    part: [
      { name: 'rank', valueInteger: rank },
      { name: 'reference', valueReference: { reference: entry.service.reference, display: entry.service.name } },
      ...(verdict === undefined ? [] : [{ name: 'code', valueCode: verdict.code }, { name: 'reason', valueString: verdict.reason }]),
      { name: 'takesNeed', valueBoolean: true },
      { name: 'coversPlace', valueBoolean: true },
      ...(isOpen === undefined ? [] : [{ name: 'open', valueBoolean: isOpen }]),
      ...(closesAt === undefined ? [] : [{ name: 'closesAt', valueInstant: instant(closesAt) }]),
      ...(opensAt === undefined ? [] : [{ name: 'opensAt', valueInstant: instant(opensAt) }]),
      { name: 'meetsDeadline', valueBoolean: !isLate },
      { name: 'capacity', part: capacityParts(room, at) },
      ...distancePart(metres),
      // Of a service of a pack its rules have said it.
      ...(verdict === undefined ? entry.eligibility : []).map(text => ({ name: 'eligibility', valueString: text })),
      ...entry.telecom.map(telecom => ({ name: 'telecom', valueContactPoint: telecom })),
      ...(verdict?.review ?? []).map(each => criterion('review', each)),
    ],
  }
}

/** What is unconfirmed is never shown as free. */
const capacityParts = (room: Capacity, at: number): ParametersParameter[] => {
  const since = (asOf: number): ParametersParameter[] => [
    { name: 'asOf', valueInstant: instant(asOf) }, { name: 'age', valueDuration: inMinutes(Math.round((at - asOf) / MINUTE)) },
  ]
  switch (room.kind) {
    case 'reported': return [
      { name: 'status', valueCode: 'confirmed' }, { name: 'free', valueUnsignedInt: room.free },
      ...(room.waitingMinutes === undefined ? [] : [{ name: 'waiting', valueDuration: inMinutes(room.waitingMinutes) }]), ...since(room.asOf),
    ]
    case 'unconfirmed': return [{ name: 'status', valueCode: 'unconfirmed' }, ...since(room.asOf)]
    case 'unknown': return [{ name: 'status', valueCode: 'unknown' }]
  }
}

const leftOut = ({ entry, code, failed, metres }: LeftOut): ParametersParameter => ({
  name: 'leftOut',
  part: [
    { name: 'reference', valueReference: { reference: entry.service.reference, display: entry.service.name } },
    ...(code === undefined ? [] : [{ name: 'code', valueCode: code }]),
    ...failed.map(each => criterion('criterion', each)),
    ...distancePart(metres),
  ],
})

const criterion = (name: string, { code, result, text, source }: Criterion): ParametersParameter => ({
  name,
  part: [
    { name: 'code', valueCode: code }, { name: 'result', valueCode: result }, { name: 'text', valueString: text },
    ...(source === undefined || source === '' ? [] : [{ name: 'source', valueString: source }]),
  ],
})

const distancePart = (metres: number | undefined): ParametersParameter[] =>
  (metres === undefined ? [] : [{ name: 'distance', valueDistance: { ...distance(metres, 'km') } }])
