/**
 * The shapes every room speaks of: a resource as JSON, the reference to one, and the canonical roots of this hub.
 *
 * A `Resource` is what `fhir/json.ts` read: plain objects, arrays, strings, numbers and booleans. Rooms that know
 * a type narrow it with `@types/fhir` (`resource as unknown as fhir4.Task`) at their own edge.
 */

export interface Meta {
  versionId?: string
  lastUpdated?: string
  source?: string
  profile?: string[]
  security?: Coding[]
  tag?: Coding[]
  extension?: unknown[]
  id?: string
}

export interface Coding {
  system?: string
  version?: string
  code?: string
  display?: string
  userSelected?: boolean
}

export interface Resource {
  resourceType: string
  id?: string
  meta?: Meta
  [element: string]: unknown
}

/** Type and logical id, e.g. `{type: 'Task', id: '3f…'}`. */
export interface ResourceRef {
  readonly type: string
  readonly id: string
}

export const refText = (ref: ResourceRef): string => `${ref.type}/${ref.id}`

/** R4 `id`: 1 to 64 of letters, digits, `-` and `.` (https://hl7.org/fhir/R4/datatypes.html#id). */
export const isId = (text: string): boolean => /^[A-Za-z0-9\-.]{1,64}$/.test(text)

/** Root of every canonical this hub defines: `https://care-connexions.example/fhir/{Type}/{kebab-id}`. */
export const HUB = 'https://care-connexions.example/fhir'
export const hubCodeSystem = (id: string): string => `${HUB}/CodeSystem/${id}`
export const hubProfile = (id: string): string => `${HUB}/StructureDefinition/${id}`

/** Identifier system of the services of a locality; the value is a service code such as `UCR2H`. */
export const SERVICE_SYSTEM = 'https://care-connexions.example/Id/service'
/** Identifier system of the human-readable referral number, shown and spoken (`Task.groupIdentifier`). */
export const REFERRAL_NUMBER_SYSTEM = 'https://care-connexions.example/Id/referral-number'
export const ODS_ORGANISATION_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code'
export const ODS_SITE_SYSTEM = 'https://fhir.nhs.uk/Id/ods-site-code'
export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number'
