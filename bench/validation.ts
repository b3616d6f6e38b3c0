/**
 * Measures the validator, warm, on one core: `node bench/validation.ts [--seconds 1]`; figures in docs/validation.md.
 *
 * Rates are per second of CPU, steadier than the clock on a shared machine; p99 is by the clock. The resources are
 * invented; each must be free of errors, or the run ends with exit status 1.
 */
import { parseArgs } from 'node:util'
import { loadDefinitions } from '../src/definitions/load.ts'
import { parseJson, stringifyJson } from '../src/fhir/json.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { createValidator } from '../src/validation/engine.ts'
import type { ValidationOptions } from '../src/validation/validator.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } })
const seconds = Number(values.seconds)
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

const entries = [patient, referral, ...Array.from({ length: 18 }, () => news2)]
const bundle: Resource = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries.map((resource, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, resource })),
}

const options: ValidationOptions = { profiles: 'ukcore', unknownProfile: 'error' }
const validator = createValidator(loadDefinitions())

const measure = (name: string, resource: Resource): void => {
  const first = performance.now()
  const errors = validator.validate(resource, options).filter(({ severity }) => severity === 'error')
  const firstMs = performance.now() - first
  for (const { code, expression, text } of errors) process.stderr.write(`${name}: ${code} at ${expression[0]}: ${text}\n`)
  if (errors.length > 0) process.exitCode = 1
  for (let i = 0; i < 2_000; i++) validator.validate(resource, options)

  const times: number[] = []
  const start = process.cpuUsage().user
  while (process.cpuUsage().user - start < seconds * 1e6) {
    const from = performance.now()
    validator.validate(resource, options)
    times.push(performance.now() - from)
  }
  const rate = times.length / ((process.cpuUsage().user - start) / 1e6)
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
  process.stdout.write(`${name.padEnd(34)} ${String(Math.round(rate)).padStart(7)}/s  p99 ${p99.toFixed(2).padStart(6)} ms  first ${firstMs.toFixed(0).padStart(4)} ms  ${JSON.stringify(resource).length} B\n`)
}

measure('UK Core Patient', patient)
measure('hub referral ServiceRequest', referral)
measure('NEWS2 Observation', news2)
measure('referral Bundle of 20', bundle)

const throughput = (name: string, bytes: number, work: () => unknown): void => {
  for (let i = 0; i < 200; i++) work()
  const start = process.cpuUsage().user
  let runs = 0
  for (; process.cpuUsage().user - start < seconds * 1e6; runs++) work()
  process.stdout.write(`${name.padEnd(34)} ${(runs * bytes / (process.cpuUsage().user - start)).toFixed(0).padStart(7)} MB/s\n`)
}

const text = JSON.stringify(bundle)
throughput('parseJson', text.length, () => parseJson(text))
throughput('JSON.parse', text.length, () => JSON.parse(text))
throughput('stringifyJson', text.length, () => stringifyJson(bundle))
