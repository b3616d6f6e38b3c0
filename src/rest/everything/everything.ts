/**
 * $everything of a Patient or an Encounter: what is in its compartment, as matches, and what those refer to that is
 * needed to understand them, as includes; both as far as the caller may see. A search of the compartment otherwise: the
 * same pages, the same audit. docs/decisions/0026-everything.md
 * R4: https://hl7.org/fhir/R4/patient-operation-everything.html, https://hl7.org/fhir/R4/encounter-operation-everything.html
 */
import { permit } from '../../access/permissions.ts'
import { BEGINNING, dateRange, END, type Span } from '../../fhir/dates.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { byType } from '../../search/by-type.ts'
import { allOf } from '../../search/join.ts'
import { MAX_COUNT } from '../../search/limits.ts'
import type { Pairs } from '../../search/parse.ts'
import type { Condition, Include } from '../../search/plan.ts'
import { isLenient } from '../answers.ts'
import { PAGE_PARAMETER } from '../bundle.ts'
import { planSearch } from '../interactions/search-area.ts'
import { operation, type OperationInput, type OperationParameter, type OperationRequest } from '../operation.ts'
import { searchset } from '../searchset.ts'
import { shapeOf } from '../shape/shape.ts'
import { caredIn } from './care-dates.ts'
import { partOf, typesFor, type Centre } from './extent.ts'

const given = (name: string, type: string, max: string, documentation: string): OperationParameter =>
  ({ name, use: 'in', min: 0, max, type, documentation })

const DATES = [
  given('start', 'date', '1', 'Care from this day on; what has no date of care is always there.'),
  given('end', 'date', '1', 'Care up to this day.'),
]

const COMMON = [
  given('_since', 'instant', '1', 'Matches that were updated at this instant or later.'),
  given('_type', 'code', '*', 'Types to answer, separated by commas; all of them unless given.'),
  given('_count', 'integer', '1', `Matches in a page, up to ${MAX_COUNT}, which is the default.`),
  given('_summary', 'code', '1', 'As in a search.'),
  given('_elements', 'string', '1', 'As in a search.'),
  given(PAGE_PARAMETER, 'string', '1', 'Part of the next link, which is followed as it is.'),
  { name: 'return', use: 'out', min: 1, max: '1', type: 'Bundle', documentation: 'A searchset.' },
] as const

const everythingOf = (centre: Centre, parameter: readonly OperationParameter[]) => operation({
  code: 'everything',
  url: `http://hl7.org/fhir/OperationDefinition/${centre}-everything`,
  title: `Everything about one ${centre}`,
  documentation: `The ${centre}, what is in its compartment, and what those refer to that is needed to understand them.`,
  resource: [centre],
  system: false, type: false, instance: true, affectsState: false,
  parameter,
}, request => answerFor(centre, request))

/** On instances only: everything of every patient has no bound. */
export const patientEverything = everythingOf('Patient', [...DATES, ...COMMON])
export const encounterEverything = everythingOf('Encounter', COMMON)

const answerFor = async (centre: Centre, request: OperationRequest) => {
  const { parts, caller, input, base, headers, id = '' } = request
  const page = text(input, PAGE_PARAMETER)
  const { matched, included } = typesFor(parts.definitions, caller, centre, typesNamed(input))
  permit(caller, 'read', centre)
  const span = spanOf(input)
  const own: Pairs = ['_summary', '_elements', '_count'].flatMap(name => pairOf(input, name))
  const since = sinceOf(input)
  const { plan, result, ignored } = planSearch(parts, caller, { kind: 'system' }, [
    ['_type', matched.join(',')],
    ...(own.some(([name]) => name === '_count') ? [] : [['_count', String(MAX_COUNT)] as const]),
    ...(since === undefined ? [] : [['_lastUpdated', `ge${since}`] as const]),
    ...own,
  ], { strict: !isLenient(headers['prefer']), base })
  const isPart = byType(plan.types, type => partOf(parts.definitions, centre, id, type))
  const isWithin: Condition = span === undefined ? { kind: 'all-of', of: [] } : byType(plan.types, type => caredIn(type, span))
  // What is not there, or deleted, is said as a read says it.
  if (page === undefined) await parts.repository.read(request, { type: centre, id })
  const resource = await searchset(parts, request, {
    base, path: `${centre}/${id}/$everything`, page, notes: ignored, shape: shapeOf(result),
    self: ['start', 'end', '_since', '_type', '_count', '_summary', '_elements'].flatMap(name => pairOf(input, name)),
    plan: { ...plan, where: allOf([isPart, plan.where, isWithin]), includes: result.summary === 'text' ? [] : included.map(includeOf) },
  })
  return { status: 200, resource }
}

/** By whatever reference, and on from what was found: a PractitionerRole leads to its Practitioner. */
const includeOf = (target: string): Include => ({ direction: 'include', source: '*', param: '*', target, iterate: true })

const typesNamed = (input: OperationInput): readonly string[] | undefined => {
  const named = input.all('_type').flatMap(value => String(value).split(',')).map(type => type.trim()).filter(type => type !== '')
  return named.length === 0 ? undefined : [...new Set(named)]
}

const text = (input: OperationInput, name: string): string | undefined => {
  const value = input.one(name)
  return typeof value === 'string' ? value : undefined
}

const pairOf = (input: OperationInput, name: string): Pairs => {
  const values = input.all(name).map(String)
  return values.length === 0 ? [] : [[name, values.join(',')]]
}

/** Undefined where neither is given. */
const spanOf = (input: OperationInput): Span | undefined => {
  const start = dayOf(input, 'start')
  const end = dayOf(input, 'end')
  if (start === undefined && end === undefined) return undefined
  const span = { low: start?.low ?? BEGINNING, high: end?.high ?? END }
  if (span.low >= span.high) throw outcomes.badParameter('end', 'end lies before start; send the earlier day as start')
  return span
}

const dayOf = (input: OperationInput, name: 'start' | 'end'): Span | undefined => {
  const value = text(input, name)
  if (value === undefined) return undefined
  const range = dateRange(value)
  if (range === undefined || value.includes('T')) throw outcomes.badParameter(name, `${name} takes a date such as 2026-11-24, 2026-11 or 2026`)
  return range
}

const sinceOf = (input: OperationInput): string | undefined => {
  const value = text(input, '_since')
  if (value !== undefined && dateRange(value) === undefined) throw outcomes.badParameter('_since', '_since takes an instant such as 2026-11-24T10:15:00Z')
  return value
}

