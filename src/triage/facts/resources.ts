/**
 * A referral's resources as the facts are read from them: by type, by reference, by coding, with names for citing.
 * Tolerant by design: a partner's resource may have any shape, and what cannot be read is unknown.
 */
import type {
  Condition, Consent, DocumentReference, Encounter, EpisodeOfCare, Flag, Location, Observation,
  Organization, Patient, PractitionerRole, QuestionnaireResponse, Reference, ServiceRequest, CarePlan, Task,
} from 'fhir/r4.js'
import type { Resource } from '../../fhir/resource.ts'
import type { Claim, Conflict } from './claims.ts'
import { codings, isInForce } from './elements.ts'
import { answersIn, type Answer } from './questionnaire.ts'

interface ByType {
  CarePlan: CarePlan
  Condition: Condition
  Consent: Consent
  DocumentReference: DocumentReference
  Encounter: Encounter
  EpisodeOfCare: EpisodeOfCare
  Flag: Flag
  Location: Location
  Observation: Observation
  Organization: Organization
  Patient: Patient
  PractitionerRole: PractitionerRole
  QuestionnaireResponse: QuestionnaireResponse
  ServiceRequest: ServiceRequest
  Task: Task
}

export type ReadType = keyof ByType

export interface Referral {
  readonly request: ServiceRequest | undefined
  readonly patient: Patient | undefined
  all<T extends ReadType>(type: T): readonly ByType[T][]
  /** Observations in force that carry the code. */
  observed(system: string, code: string): readonly Observation[]
  /** What a reference points to, of that type: contained, in the referral by id, fullUrl or absolute address. */
  follow<T extends ReadType>(reference: Reference | undefined, type: T, container?: unknown): ByType[T] | undefined
  /** Answers to the items of a linkId, of every response in force. */
  answers(linkId: string): readonly Claim<Answer>[]
  /** `Observation/abc.valueQuantity`, or the fullUrl where a resource has no id. */
  name(resource: { resourceType: string; id?: string | undefined }, element?: string): string
  /** Writes down what cannot be so, as it is found. */
  conflict(conflict: Conflict): void
  /** What was written down so far. */
  conflicts(): readonly Conflict[]
}

/** The referral among the resources: its first ServiceRequest (active ones first), that one's subject, else the first Patient. */
export const openReferral = (resources: readonly Resource[], aliases?: ReadonlyMap<string, Resource>): Referral => {
  const byType = new Map<string, Resource[]>()
  const byName = new Map<string, Resource>(aliases ?? [])
  for (const resource of resources) {
    const list = byType.get(resource.resourceType)
    if (list === undefined) byType.set(resource.resourceType, [resource])
    else list.push(resource)
    if (resource.id !== undefined) byName.set(`${resource.resourceType}/${resource.id}`, resource)
  }
  const all = <T extends ReadType>(type: T): readonly ByType[T][] => (byType.get(type) ?? []) as unknown as readonly ByType[T][]

  const follow = <T extends ReadType>(reference: Reference | undefined, type: T, container?: unknown): ByType[T] | undefined => {
    const text = reference?.reference
    if (typeof text !== 'string') return undefined
    const found = text.startsWith('#') ? containedIn(container, text.slice(1))
      : byName.get(text) ?? byName.get(text.split('/').slice(-2).join('/')) ?? byId(byType.get(type), text.replace(/^urn:uuid:/, ''))
    return found?.resourceType === type ? found as unknown as ByType[T] : undefined
  }

  const names = new Map<unknown, string>()
  for (const [fullUrl, resource] of aliases ?? []) names.set(resource, fullUrl)
  const name: Referral['name'] = (resource, element) => {
    const own = resource.id === undefined ? names.get(resource) ?? resource.resourceType : `${resource.resourceType}/${resource.id}`
    return element === undefined ? own : `${own}.${element}`
  }

  // What is found first must not depend on what was sent first; the request alone is taken as it comes.
  for (const [type, resources] of byType) {
    if (type !== 'ServiceRequest' && resources.length > 1) {
      resources.sort((a, b) => (String(a.id ?? names.get(a)) < String(b.id ?? names.get(b)) ? -1 : 1))
    }
  }
  // A referral is asked for each of some fifteen facts: its Observations are gone through once.
  let byCode: ReadonlyMap<string, readonly Coded[]> | undefined
  const observed: Referral['observed'] = (system, code) => {
    const found = (byCode ??= indexed(all('Observation'))).get(code)
    return found === undefined ? [] : [...new Set(found.filter(each => each.system === system).map(({ observation }) => observation))]
  }

  let byLinkId: ReadonlyMap<string, readonly Claim<Answer>[]> | undefined
  const answers: Referral['answers'] = linkId => (byLinkId ??= answersIn(all('QuestionnaireResponse').filter(isInForce), name)).get(linkId) ?? []
  const conflicts: Conflict[] = []

  const requests = all('ServiceRequest')
  const request = requests.find(({ status }) => status === 'active') ?? requests[0]
  return {
    request, patient: follow(request?.subject, 'Patient', request) ?? all('Patient')[0], all, observed, answers, follow, name,
    conflict: conflict => { conflicts.push(conflict) }, conflicts: () => conflicts,
  }
}

interface Coded {
  readonly system: string | undefined
  readonly observation: Observation
}

/** Those in force by each of their codes, which are fewer than pairs of a system and a code, and shorter. */
const indexed = (observations: readonly Observation[]): ReadonlyMap<string, readonly Coded[]> => {
  const found = new Map<string, Coded[]>()
  for (const observation of observations) {
    if (!isInForce(observation)) continue
    for (const { system, code } of codings(observation.code)) {
      if (typeof code !== 'string') continue
      const same = found.get(code)
      if (same === undefined) found.set(code, [{ system, observation }])
      else same.push({ system, observation })
    }
  }
  return found
}

/** Resources and fullUrls of a Bundle; entries without a resource are passed over. */
export const bundleContent = (bundle: Resource): { resources: readonly Resource[]; aliases: ReadonlyMap<string, Resource> } => {
  const entries = Array.isArray(bundle['entry']) ? bundle['entry'] as readonly ({ fullUrl?: unknown; resource?: Resource } | null)[] : []
  const resources: Resource[] = []
  const aliases = new Map<string, Resource>()
  for (const entry of entries) {
    const resource = entry?.resource
    if (typeof resource?.resourceType !== 'string') continue
    resources.push(resource)
    if (typeof entry?.fullUrl === 'string') aliases.set(entry.fullUrl, resource)
  }
  return { resources, aliases }
}

const containedIn = (container: unknown, id: string): Resource | undefined => {
  const contained = (container as { contained?: unknown } | undefined)?.contained
  return Array.isArray(contained) ? (contained as readonly Resource[]).find(resource => resource?.id === id) : undefined
}

const byId = (resources: readonly Resource[] | undefined, id: string): Resource | undefined => resources?.find(resource => resource.id === id)
