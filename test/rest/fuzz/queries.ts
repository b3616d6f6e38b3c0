/** Queries: every parameter of the definitions with every modifier, result parameters, chains, and names that are none. */
import fc from 'fast-check'
import type { Definitions } from '../../../src/definitions/definitions.ts'
import { value } from './words.ts'

const TYPES = [
  'Patient', 'Observation', 'Task', 'ServiceRequest', 'Encounter', 'Location', 'Organization', 'RiskAssessment', 'ValueSet',
  'List', 'Provenance',
  'AuditEvent', 'MedicationRequest', 'Condition', 'PractitionerRole', 'Bundle', 'Binary', 'Parameters', 'SearchParameter',
  'CodeSystem',
]
const MODIFIERS = [
  '', '', '', ':exact', ':contains', ':missing', ':not', ':text', ':in', ':not-in', ':above', ':below', ':of-type', ':identifier',
  ':Patient', ':Task',
  ':nothing', ':', '::', ':exact:contains', ':iterate', ':__proto__', ':Exact',
]
const COMMON = [
  '_id', '_lastUpdated', '_tag', '_profile', '_security', '_source', '_text', '_content', '_list', '_filter', '_query', '_has',
  '_type', '_sort', '_count', '_total',
  '_summary', '_elements', '_include', '_revinclude', '_include:iterate', '_revinclude:iterate', '_contained', '_containedType',
  '_page', '_format', '_pretty',
  '_since', '_at', '_score', '_offset', '_getpages', 'near',
]
const NO_NAMES = [
  '', '_', ':', '.', ':exact', '.name', 'name.', 'a[]', 'a[b]', 'a[0][b]', '_has:', '_has::', '_has:::', '_has:Task',
  '_has:Task:focus', '_has:Task:focus:', '_has:Nothing:x:y',
  '_has:Task:status:code', '__proto__', 'constructor', 'toString', 'constructor.prototype', '__proto__.name', 'hasOwnProperty',
  'subject.__proto__', 'subject:Patient.constructor',
  'famly', 'Family', 'family ', '%00', '%', '%ff', 'patient.patient.patient.patient.patient.patient', 'subject..name',
  'x'.repeat(2_000), '$where', '$or', '*', '\'', '";--', 'a=b', 'ресурс',
]

export interface Query {
  readonly type: string
  readonly pairs: readonly (readonly [name: string, value: string])[]
}

export const queryText = ({ pairs }: Query): string => pairs.map(([name, text]) => `${name}=${text}`).join('&')

const encode = (name: string): string => (name.startsWith('%') ? name : encodeURIComponent(name))

/** `names(type)`: the search parameters of a type. */
export const queries = (definitions: Definitions): { readonly one: fc.Arbitrary<Query>; readonly several: fc.Arbitrary<Query> } => {
  const names = new Map(TYPES.map(type => [type, [...definitions.searchParameters(type).keys()]]))
  const references = new Map(TYPES.map(type => [
    type, [...definitions.searchParameters(type)].filter(([, parameter]) => parameter.type === 'reference').map(([name]) => name),
  ]))
  const type = fc.constantFrom(...TYPES)
  const parameterOf = (of: string): fc.Arbitrary<string> => {
    const own = names.get(of) ?? []
    return own.length === 0 ? fc.constantFrom(...COMMON) : fc.constantFrom(...own)
  }
  const plain = (of: string): fc.Arbitrary<string> => fc.tuple(
    fc.oneof({ weight: 3, arbitrary: parameterOf(of) }, { weight: 2, arbitrary: fc.constantFrom(...COMMON) }),
    fc.constantFrom(...MODIFIERS),
  ).map(parts => parts.join(''))
  const step = (of: string): fc.Arbitrary<string> => {
    const own = references.get(of) ?? []
    const name = own.length === 0 ? fc.constant('subject') : fc.constantFrom(...own)
    return fc.tuple(name, fc.constantFrom('', ':Patient', ':Organization', ':Nothing')).map(parts => parts.join(''))
  }
  const chain = (of: string): fc.Arbitrary<string> =>
    fc.tuple(step(of), fc.array(step('Patient'), { maxLength: 6 }), plain('Patient')).map(([first, more, last]) => [first, ...more, last].join('.'))
  const source = type.chain(of => step(of).map(by => `_has:${of}:${by.split(':')[0]}:`))
  const has = (of: string): fc.Arbitrary<string> =>
    fc.tuple(fc.array(source, { minLength: 1, maxLength: 6 }), fc.oneof(plain(of), chain(of))).map(([steps, last]) => steps.join('') + last)
  const name = (of: string): fc.Arbitrary<string> => fc.oneof(
    { weight: 6, arbitrary: plain(of) }, { weight: 2, arbitrary: chain(of) }, { weight: 2, arbitrary: has(of) },
    { weight: 2, arbitrary: fc.constantFrom(...NO_NAMES) },
  ).map(encode)
  const pair = (of: string) => fc.tuple(name(of), value)
  return {
    one: type.chain(of => pair(of).map(found => ({ type: of, pairs: [found] }))),
    several: type.chain(of => fc.array(pair(of), { minLength: 2, maxLength: 6 }).chain(found =>
      fc.boolean().map(isDoubled => ({ type: of, pairs: isDoubled ? [...found, ...found] : found })))),
  }
}
