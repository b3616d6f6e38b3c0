/** HealthcareService/$find: "who can see this person, where they are, in time?", asked without the person. docs/integrators/directory.md */
import { nearest } from '../../fhir/nearest.ts'
import { operation, type Operation, type OperationParameter } from '../../rest/operation.ts'
import { foundParameters } from './answer.ts'
import { readAsked } from './asked.ts'
import type { Catalogue } from './catalogue.ts'
import { codingKey } from './entry.ts'
import { findServices } from './find.ts'
import type { Ask, Asked, Judgement, PackView } from './judging.ts'
import type { FoundPlace, GivenPlace } from './place.ts'

export interface FindParts {
  readonly packs: PackView
  readonly findPlace: (given: GivenPlace) => FoundPlace
  readonly catalogue: () => Promise<Catalogue>
}

/** Services of an answer: unless asked for, and at most. */
const COUNT = 20
const MOST = 100

export const createFind = ({ packs, findPlace, catalogue }: FindParts): Operation => operation({
  code: 'find',
  title: 'Find services',
  documentation: 'Which services can meet a need, where and when, ranked, each with its hours, capacity and distance; and of each that is left out the '
    + 'criterion that it failed. By the rule packs, hours and coverage of triage. Nothing of a patient is asked, and nothing is stored.',
  resource: ['HealthcareService'],
  system: false, type: true, instance: false, affectsState: false,
  parameter,
}, async ({ input, caller, clock }) => {
  const asked = readAsked(input, caller, clock.now(), packs, findPlace)
  const judgement = packs.judge(asked)
  const listed = await catalogue()
  const count = Math.min(MOST, (input.one('count') as number | undefined) ?? COUNT)
  const codes = judgement.codes.length > 0 ? judgement.codes : [codingKey(asked.need)]
  const found = findServices(listed, asked, { ...judgement, codes })
  return { status: 200, resource: JSON.stringify(foundParameters(asked, judgement, found, asksOf(packs, listed, asked, judgement), count)) }
})

const asksOf = (packs: PackView, listed: Catalogue, { need, place }: Asked, { codes, asks }: Judgement): readonly Ask[] => [
  ...(codes.length === 0 && listed.taking(codingKey(need)).size === 0 ? [{ linkId: 'need', text: unknownNeed(packs, need.code ?? '') }] : []),
  ...(place.ask === undefined ? [] : [{ linkId: 'place', text: place.ask }]),
  ...asks,
]

const unknownNeed = ({ needs }: PackView, code: string): string => {
  const meant = nearest(code, [...needs])
  return `no service here is known to take "${code.slice(0, 60)}"${meant === undefined ? '.' : `; did you mean ${meant}?`} Needs: ${[...needs].join(', ')}`
}

const given = (name: string, type: string, documentation: string, min = 0): OperationParameter => ({ name, use: 'in', min, max: '1', type, documentation })
const told = (name: string, type: string, documentation: string, max = '1', min = 0): OperationParameter => ({ name, use: 'out', min, max, type, documentation })
const reasons = (name: string, documentation: string): OperationParameter => ({ name, use: 'out', min: 0, max: '*', documentation, part: [
  told('code', 'code', 'need, place, capacity, active, or the rule of the pack.'), told('result', 'code', 'fail; unknown: what it depends on was not said.'),
  told('text', 'string', 'In words.'), told('source', 'string', 'The sentence behind it.'),
] })

const parameter: readonly OperationParameter[] = [
  given('need', 'Element', 'Coding of the code system need, or of SNOMED CT as the packs map it; in a GET the code, or system|code.', 1),
  given('postcode', 'string', 'Where the person is.'),
  given('position', 'string', 'The same as latitude|longitude.'),
  given('district', 'string', 'The same as GSS code of the district; it counts before postcode and position.'),
  given('practice', 'string', 'ODS code of the GP practice.'),
  given('at', 'dateTime', 'As if asked then, with a time; now unless given.'),
  given('age', 'unsignedInt', 'In whole years.'),
  given('referrer', 'code', "Code system referrer-kind; the client's registered kind unless given."),
  given('setting', 'code', 'own-home, care-home, hospital-ward or ed.'),
  given('canTravel', 'boolean', 'Whether the person can come to the service.'),
  given('frailty', 'integer', 'Clinical frailty score.'),
  given('count', 'positiveInt', `Services in the answer: ${COUNT} unless given, ${MOST} at most.`),
  told('at', 'instant', 'For when it is answered.', '1', 1),
  told('need', 'Coding', 'As it was understood.', '1', 1),
  { name: 'place', use: 'out', min: 1, max: '1', documentation: 'As it was understood.', part: [
    told('kind', 'code', 'district; outside: of no locality of this hub; ask: it cannot be told.'), told('district', 'Coding', 'GSS code.'),
    told('postcode', 'string', 'As postcodes are written.'), told('position', 'string', 'latitude|longitude: as given, or of the postcode.'),
  ] },
  told('priority', 'code', 'Of the need, in the pack.'),
  told('deadline', 'instant', 'By when it must be met.'),
  { name: 'ask', use: 'out', min: 0, max: '*', documentation: 'What to ask before relying on the answer.', part: [told('linkId', 'string', 'Parameter or item of the questionnaire.'), told('text', 'string', 'The question.')] },
  { name: 'service', use: 'out', min: 0, max: '*', documentation: 'Those that can, ranked as triage ranks.', part: [
    told('rank', 'integer', '1 comes first.'), told('reference', 'Reference', 'HealthcareService.'), told('code', 'code', 'Service code.'), told('reason', 'string', 'Why this service.'),
    told('takesNeed', 'boolean', 'It takes this need.'), told('coversPlace', 'boolean', 'It covers this place.'), told('open', 'boolean', 'Absent where it states no hours.'),
    told('closesAt', 'instant', 'While open.'), told('opensAt', 'instant', 'While shut.'), told('meetsDeadline', 'boolean', 'It can be there in time.'),
    { name: 'capacity', use: 'out', min: 1, max: '1', documentation: 'As it said itself.', part: [
      told('status', 'code', 'confirmed; unconfirmed: older than four hours; unknown.'), told('free', 'unsignedInt', 'Of a confirmed count alone.'),
      told('waiting', 'Duration', 'The same.'), told('asOf', 'instant', 'When it was counted.'), told('age', 'Duration', 'How long ago.'),
    ] },
    told('distance', 'Distance', 'To its nearest location, great circle.'), told('eligibility', 'string', 'Of a service that no pack lists: who may come, in its own words.', '*'),
    told('telecom', 'ContactPoint', 'How it is reached.', '*'), reasons('review', 'For which a clinician looks at the referral first.'),
  ] },
  told('serviceTotal', 'unsignedInt', 'How many can.', '1', 1),
  { name: 'leftOut', use: 'out', min: 0, max: '*', documentation: 'Those that cannot, the likeliest first.', part: [
    told('reference', 'Reference', 'HealthcareService.'), told('code', 'code', 'Service code.'), reasons('criterion', 'What it failed.'), told('distance', 'Distance', 'As above.'),
  ] },
  told('leftOutTotal', 'unsignedInt', 'How many cannot, those not told among them.', '1', 1),
  { name: 'pack', use: 'out', min: 0, max: '1', documentation: 'The rules that govern there.', part: [told('canonical', 'canonical', 'Rule pack.'), told('version', 'string', 'Its version.')] },
]
