/**
 * The bench's data: thousands of referrals with the resources, index entries, cases and labels that the hub wrote for
 * the one they are patterned on, each with ids, a person and a time of its own.
 */
import { organisationLabel } from '../src/access/visibility.ts'
import type { Locality } from '../src/directory/load.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { frame } from '../src/rest/frame.ts'
import type { Extracted } from '../src/search/entries.ts'
import type { Label, StoredVersion, Write } from '../src/store/store.ts'
import { family, nhsNumber } from './bodies.ts'
import type { End } from './story.ts'

/** One referral as the hub wrote it. */
export interface Pattern {
  readonly end: End
  readonly family: string
  readonly nhsNumber: string
  /** The case's current resources: the Patient, the ServiceRequest, then the Tasks, then what only some keep. */
  readonly resources: readonly Resource[]
  readonly labels: readonly Label[]
}

/** Tasks of a case: the coordinating one, the triage, two offers. */
export const TASKS_A_CASE = 4

/** In a hundred referrals of a hub's year, most are over. */
export const endOf = (n: number): End => (n % 10 === 0 ? 'offered' : n % 10 === 1 ? 'accepted' : 'discharged')

/**
 * Id of the n-th case's resource at a place of the pattern: 0 the Patient, 1 the ServiceRequest, 2 to 5 the Tasks.
 */
export const idOf = (n: number, place: number): string => `be9c0000-0000-4000-8${String(place).padStart(3, '0')}-${String(n).padStart(12, '0')}`

const ORDER = ['Patient', 'ServiceRequest', 'Task']

/** From the versions of a case as they are now. */
export const patternOf = (end: End, person: number, versions: readonly StoredVersion[], labels: readonly Label[]): Pattern => {
  const rank = (type: string): number => (ORDER.indexOf(type) + ORDER.length + 1) % (ORDER.length + 1)
  const resources = versions.filter(({ ref }) => ref.type !== 'AuditEvent').map(({ json }) => JSON.parse(json) as Resource)
    .sort((one, other) => rank(one.resourceType) - rank(other.resourceType))
  const tasks = resources.filter(({ resourceType }) => resourceType === 'Task').length
  if (tasks !== TASKS_A_CASE) throw new Error(`a referral that is ${end} has ${tasks} Tasks, not ${TASKS_A_CASE}`)
  return { end, family: family(person), nhsNumber: nhsNumber(person), resources, labels }
}

/** A service of the directory with the label of its organisation. */
export interface Offered { readonly reference: string; readonly label: Label }

export const servicesOf = (localities: readonly Locality[]): readonly Offered[] => {
  const all = localities.flatMap(({ resources }) => resources)
  const odsOf = new Map(all.filter(({ resourceType }) => resourceType === 'Organization')
    .map(({ id, identifier }) => [`Organization/${id}`, (identifier as { value?: string }[] | undefined)?.[0]?.value]))
  return all.filter(({ resourceType }) => resourceType === 'HealthcareService').flatMap(({ id, providedBy }) => {
    const ods = odsOf.get((providedBy as { reference?: string } | undefined)?.reference ?? '')
    return ods === undefined ? [] : [{ reference: `HealthcareService/${id}`, label: organisationLabel(ods) }]
  })
}

/** The two services that the pattern's offers name. */
const PATTERN_SERVICES = ['HealthcareService/cl-ucr2h', 'HealthcareService/cl-ageuk'] as const

/**
 * The writes of the n-th case at an instant. An open case keeps its two services and everything the hub wrote; of a
 * closed one, whose services go round the directory, the Patient, the ServiceRequest and the Tasks are kept.
 */
export const caseOf = (n: number, pattern: Pattern, at: number, services: readonly Offered[], extract: (resource: Resource) => Extracted): readonly Write[] => {
  const isOpen = pattern.end !== 'discharged'
  const offered = PATTERN_SERVICES.map((reference, line) =>
    (isOpen ? services.find(service => service.reference === reference) : services[(n + line) % services.length])!)
  const kept = isOpen ? pattern.resources : pattern.resources.slice(0, TASKS_A_CASE + 2)
  const changed = new Map<string, string>([
    [pattern.family, family(n)], [pattern.nhsNumber, nhsNumber(n)],
    ...pattern.resources.map(({ id }, place) => [String(id), idOf(n, place)] as const),
    ...PATTERN_SERVICES.map((reference, line) => [reference, offered[line]!.reference] as const),
  ])
  const words = new RegExp([...changed.keys()].map(word => word.replaceAll('/', '\\/')).join('|'), 'g')
  const minute = new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)
  const caseId = idOf(n, 1)

  const puts = kept.map((resource): Write => {
    const text = JSON.stringify(resource).replace(words, word => changed.get(word)!).replaceAll('2026-11-24T10:15', minute)
    const own = JSON.parse(text) as Resource
    return {
      kind: 'put', ref: { type: own.resourceType, id: String(own.id) }, replaces: 0, method: 'POST',
      json: frame(own, 1), index: extract(own), caseId, audience: [],
    }
  })
  const offers = kept.flatMap(({ id, resourceType, owner }) => {
    const line = resourceType === 'Task' ? PATTERN_SERVICES.findIndex(service => service === (owner as { reference?: string } | undefined)?.reference) : -1
    return line < 0 ? [] : [{ id: changed.get(String(id))!, label: offered[line]!.label }]
  })
  return [
    ...puts,
    ...pattern.labels.map((label): Write => ({ kind: 'share', caseId, label })),
    ...offers.flatMap(({ id, label }): Write[] => [
      { kind: 'grant', ref: { type: 'ServiceRequest', id: caseId }, label }, { kind: 'grant', ref: { type: 'Task', id }, label }]),
  ]
}
