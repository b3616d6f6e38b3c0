/** What is validated: invented resources without an error, as partners send them. */
import type { Resource } from '../../src/fhir/resource.ts'

const ukcore = (name: string): string => `https://fhir.hl7.org.uk/StructureDefinition/${name}`
const hub = (name: string): string => `https://care-connexions.example/fhir/StructureDefinition/${name}`
const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const ukcoreCode = (system: string, code: string) => coded(`https://fhir.hl7.org.uk/CodeSystem/UKCore-${system}`, code)
const snomed = (code: string) => coded('http://snomed.info/sct', code)
const score = (value: number) => ({ value, unit: 'ScoreOf', system: 'http://unitsofmeasure.org', code: '{ScoreOf}' })

const patient: Resource = {
  resourceType: 'Patient',
  meta: { profile: [ukcore('UKCore-Patient')] },
  extension: [
    { url: ukcore('Extension-UKCore-EthnicCategory'), valueCodeableConcept: ukcoreCode('EthnicCategoryEngland', 'A') },
    { url: ukcore('Extension-UKCore-ContactPreference'), extension: [{ url: 'PreferredContactMethod', valueCodeableConcept: ukcoreCode('PreferredContactMethod', '3') }] },
  ],
  identifier: [{
    extension: [{ url: ukcore('Extension-UKCore-NHSNumberVerificationStatus'), valueCodeableConcept: ukcoreCode('NHSNumberVerificationStatusEngland', '01') }],
    system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009',
  }],
  active: true,
  name: [{ use: 'official', family: 'Frost', given: ['Edith', 'May'], prefix: ['Mrs'] }],
  telecom: [{ system: 'phone', value: '01772 000000', use: 'home' }, { system: 'phone', value: '07700 900000', use: 'mobile' }],
  gender: 'female',
  birthDate: '1942-05-01',
  address: [{ use: 'home', line: ['1 Example Street'], city: 'Preston', postalCode: 'PR1 0AA' }],
  contact: [{ name: { family: 'Frost', given: ['John'] }, relationship: [{ text: 'son' }], telecom: [{ system: 'phone', value: '07700 900001' }] }],
  communication: [{ language: coded('urn:ietf:bcp:47', 'en'), preferred: true }],
  generalPractitioner: [{ reference: 'Organization/gp' }],
}

const referral: Resource = {
  resourceType: 'ServiceRequest',
  meta: { profile: [hub('hub-referral')] },
  identifier: [{ system: 'https://example.org/referrals', value: '2026-0001' }],
  status: 'active',
  intent: 'order',
  priority: 'urgent',
  code: { text: 'Two-hour urgent community response' },
  subject: { reference: 'Patient/edith' },
  authoredOn: '2026-11-24T10:15:00Z',
  occurrencePeriod: { start: '2026-11-24T10:15:00Z', end: '2026-11-24T12:15:00Z' },
  requester: { reference: 'Organization/gp', identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81001' } },
  reasonCode: [{ coding: [{ system: 'http://snomed.info/sct', code: '217082002', display: 'Accidental fall' }], text: 'Fell at home, no injury' }],
  note: [{ time: '2026-11-24T10:10:00Z', text: 'Lives alone. Key safe.' }],
}

const news2: Resource = {
  resourceType: 'Observation',
  meta: { profile: [ukcore('UKCore-Observation-EarlyWarningTotalScore')] },
  status: 'final',
  category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'survey')],
  code: snomed('1104051000000101'),
  subject: { reference: 'Patient/edith' },
  effectiveDateTime: '2026-11-24T10:05:00Z',
  performer: [{ reference: 'Practitioner/nurse' }],
  valueQuantity: score(3),
  component: ['1104301000000104', '1104311000000102', '1104321000000108', '1104331000000105', '1104341000000101', '1104351000000103', '1104371000000107']
    .map((code, i) => ({ code: snomed(code), valueQuantity: score(i % 2) })),
}

const entries: readonly Resource[] = [patient, referral, ...Array.from({ length: 18 }, () => news2)]
const bundle: Resource = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries.map((resource, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, resource })),
}

export interface Measurable {
  readonly name: string
  readonly title: string
  readonly resource: Resource
  readonly aim: { readonly perSecond: number; readonly p99Ms?: number; readonly firstMs: number }
}

/** What is aimed at: issue 7. */
export const measurables: readonly Measurable[] = [
  { name: 'patient', title: 'UK Core Patient', resource: patient, aim: { perSecond: 4_000, firstMs: 100 } },
  { name: 'referral', title: 'hub referral ServiceRequest', resource: referral, aim: { perSecond: 4_000, p99Ms: 5, firstMs: 100 } },
  { name: 'news2', title: 'NEWS2 Observation', resource: news2, aim: { perSecond: 4_000, firstMs: 100 } },
  { name: 'bundle', title: 'referral Bundle of 20', resource: bundle, aim: { perSecond: 200, p99Ms: 5, firstMs: 100 } },
]
