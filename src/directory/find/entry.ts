/** What a HealthcareService says that it takes, where and for whom, and what a Location is: as `$find` asks it. */
import { localReference } from '../../fhir/reference.ts'
import { refText, type Coding, type Resource } from '../../fhir/resource.ts'
import { isOnEarth, pointOf, type Point } from '../../search/positions.ts'
import { listedService, type ListedService } from '../services.ts'

export interface Entry {
  readonly service: ListedService
  readonly isActive: boolean
  /** `system|code` of category, type, specialty and eligibility. */
  readonly codes: ReadonlySet<string>
  /** `Location/…` of coverageArea, of location. */
  readonly areas: readonly string[]
  readonly sites: readonly string[]
  /** What it says of who may come, in words. */
  readonly eligibility: readonly string[]
  readonly telecom: readonly object[]
}

export interface Site {
  /** GSS codes of the districts that it is. */
  readonly districts: readonly string[]
  readonly point: Point | undefined
}

export const codingKey = ({ system = '', code = '' }: Coding): string => `${system}|${code}`

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

interface Concept { readonly coding?: readonly Coding[]; readonly text?: string }

export const entryOf = (resource: Resource, id: string): Entry => {
  const eligibility = list(resource['eligibility']) as readonly { readonly code?: Concept; readonly comment?: string }[]
  const concepts = [...['category', 'type', 'specialty'].flatMap(name => list(resource[name]) as readonly Concept[]), ...eligibility.flatMap(({ code }) => code ?? [])]
  return {
    service: listedService(resource, id, id),
    isActive: resource['active'] !== false,
    codes: new Set(concepts.flatMap(({ coding }) => (list(coding) as readonly Coding[]).map(codingKey))),
    areas: referencesIn(resource['coverageArea']),
    sites: referencesIn(resource['location']),
    eligibility: eligibility.flatMap(({ code, comment }) => comment ?? code?.text ?? []),
    telecom: list(resource['telecom']) as readonly object[],
  }
}

const referencesIn = (value: unknown): readonly string[] => (list(value) as readonly { readonly reference?: string }[]).flatMap(({ reference }) => {
  const ref = localReference(reference ?? '')
  return ref === undefined ? [] : [refText(ref)]
})

const GSS_SYSTEM = 'http://statistics.data.gov.uk/id/statistical-geography'
const GSS_CODE = /^[ENSW]\d{8}$/

export const siteOf = (resource: Resource): Site => {
  const { latitude, longitude } = (resource['position'] ?? {}) as { readonly latitude?: unknown; readonly longitude?: unknown }
  const isPlaced = typeof latitude === 'number' && typeof longitude === 'number' && isOnEarth({ latitude, longitude })
  const district = (resource['address'] as { readonly district?: string } | undefined)?.district
  const named = (list(resource['identifier']) as readonly { readonly system?: string; readonly value?: string }[]).flatMap(({ system, value }) => (system === GSS_SYSTEM && value !== undefined ? [value] : []))
  return {
    districts: [...new Set([...named, ...(isArea(resource) && district !== undefined && GSS_CODE.test(district) ? [district] : [])])],
    point: isPlaced ? pointOf({ latitude, longitude }) : undefined,
  }
}

/** A site in a district is not the district. */
const isArea = (resource: Resource): boolean =>
  (list((resource['physicalType'] as Concept | undefined)?.coding) as readonly Coding[]).some(({ code }) => code === 'area' || code === 'jdn')
