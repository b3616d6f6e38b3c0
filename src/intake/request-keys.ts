/**
 * By what a sending is known again: its client's X-Request-ID, and each business identifier of the ServiceRequest
 * within its organisation. Keys of other clients and organisations never match. docs/submit.md, sent twice
 */
import type { Identifier, ServiceRequest } from 'fhir/r4.js'
import type { Caller } from '../access/caller.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM, ODS_SITE_SYSTEM, REFERRAL_NUMBER_SYSTEM, type Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { RequestKey } from '../store/store.ts'
import { differences } from './fingerprint.ts'
import { keptRequest } from './kept-request.ts'

/** Business identifiers that are looked up; a referral has one or two. */
const MAX_IDENTIFIERS = 20

export const requestKeys = (caller: Caller, requestId: string, request: Resource): readonly RequestKey[] => {
  const owner = caller.organisation === '' ? `client:${caller.client}` : `organisation:${caller.organisation.toUpperCase()}`
  return [
    { scope: `client:${caller.client}`, value: requestId },
    ...businessIdentifiers(request).slice(0, MAX_IDENTIFIERS).flatMap(({ system = '', value }) => (
      value === undefined || NO_REFERRAL.has(system) ? [] : [{ scope: owner, value: `${system}|${value}` }])),
  ]
}

/** They name a person or an organisation; sent as the identifier of a referral, they would make the next one a repeat. */
const NO_REFERRAL = new Set<string>([NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM, ODS_SITE_SYSTEM])

/** Of the sender; the referral number is given here, whatever was sent as one. */
export const businessIdentifiers = (request: Resource): readonly Identifier[] =>
  (request as unknown as ServiceRequest).identifier?.filter(({ system }) => system !== REFERRAL_NUMBER_SYSTEM) ?? []

/** What is known under some keys. */
export interface Known {
  /** Id of the ServiceRequest. */
  readonly earlier: string | undefined
  /** Keys that nobody used before. */
  readonly unseen: readonly RequestKey[]
}

/** The referral these keys already name; throws 409 with the places that differ when it was another. */
export const recallKeys = async (unit: Unit, keys: readonly RequestKey[], print: string, sent: Resource): Promise<Known> => {
  const records = await Promise.all(keys.map(key => unit.recall(key)))
  const record = records.find(found => found !== undefined)
  if (record === undefined) return { earlier: undefined, unseen: keys }
  if (record.fingerprint === print) return { earlier: record.ref.id, unseen: keys.filter((_key, index) => records[index] === undefined) }
  const before = await keptRequest(unit, record.ref.id)
  const places = before === undefined ? [] : differences(before, sent)
  const different = places.length === 0 ? '' : ` (different: ${places.map(place => inResource(place, sent)).join(', ')})`
  throw outcomes.keyReused(`${record.key.value} was used for ServiceRequest/${record.ref.id} with other content${different}`
    + '; send a new referral under a new X-Request-ID and identifier, or update that one')
}

/** `Bundle.entry[2].resource.status (Observation)` */
const inResource = (place: string, { entry }: Resource): string => {
  const index = /^Bundle\.entry\[(\d+)\]/.exec(place)?.[1]
  const type = index === undefined || !Array.isArray(entry) ? undefined
    : (entry[Number(index)] as { resource?: { resourceType?: unknown } } | undefined)?.resource?.resourceType
  return typeof type === 'string' && /^[A-Z][A-Za-z]{1,39}$/.test(type) ? `${place} (${type})` : place
}
