/**
 * What partners send in the bench: a referral of six resources as examples/partners/referral.json holds it, and parts
 * of it, each for another invented person, so that nothing is recognised as sent before.
 */
import { readFileSync } from 'node:fs'
import { nhsNumber } from './people.ts'

interface Entry { fullUrl: string; resource: Record<string, unknown> & { resourceType: string } }
interface Bundle { resourceType: 'Bundle'; type: string; entry: Entry[] }

const EXAMPLE = readFileSync(new URL('../examples/partners/referral.json', import.meta.url), 'utf8')
const EXAMPLE_PERSON = '9000000009'
const EXAMPLE_FAMILY = 'Hartley'
const EXAMPLE_REFERRAL = 'GP-2026-000417'

/** A surname for each thousand people. */
const family = (n: number): string => `Invented${[100, 10, 1].map(ten => 'abcdefghij'[Math.floor(n / ten) % 10]).join('')}`

/** The referral of the n-th person, with needs other than the example's where they are given. */
export const referral = (n: number, needs?: readonly string[]): Bundle => {
  const bundle = JSON.parse(EXAMPLE.replaceAll(EXAMPLE_PERSON, nhsNumber(n)).replaceAll(EXAMPLE_FAMILY, family(n))
    .replaceAll(EXAMPLE_REFERRAL, `BENCH-${n}`)) as Bundle
  if (needs !== undefined) {
    const request = bundle.entry.find(({ resource }) => resource.resourceType === 'ServiceRequest')
    if (request !== undefined) {
      request.resource['reasonCode'] = needs.map(code => ({ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code }] }))
    }
  }
  return bundle
}

const resourceOf = (bundle: Bundle, type: string): Entry['resource'] => bundle.entry.find(({ resource }) => resource.resourceType === type)!.resource

export const patient = (n: number): string => JSON.stringify(resourceOf(referral(n), 'Patient'))

export const submission = (n: number): string => JSON.stringify(referral(n))

/** Twenty entries: the referral and fourteen measurements of the same person. */
export const referralOfTwenty = (n: number): string => {
  const bundle = referral(n)
  const measurement = bundle.entry.find(({ resource }) => resource.resourceType === 'Observation')!
  const more = Array.from({ length: 20 - bundle.entry.length }, (_, k): Entry => ({
    fullUrl: `urn:uuid:6f2f3b0e-54a7-4c55-9d0a-${String(k).padStart(12, '0')}`,
    resource: { ...measurement.resource, effectiveDateTime: `2026-11-24T09:${String(10 + k)}:00Z` },
  }))
  return JSON.stringify({ ...bundle, entry: [...bundle.entry, ...more] })
}

/** Only what triage decides by, each as a code: the person, the need, and the facts. */
export const codedFacts = (n: number): string => {
  const bundle = referral(n)
  const facts = bundle.entry.filter(({ resource }) => ['Patient', 'ServiceRequest', 'Observation'].includes(resource.resourceType))
  return JSON.stringify({ ...bundle, entry: facts })
}

/** A Patient and nineteen Observations that refer to it, to be created together. */
export const transaction = (n: number): string => {
  const { entry } = JSON.parse(referralOfTwenty(n)) as Bundle
  const person = entry.find(({ resource }) => resource.resourceType === 'Patient')!
  const measurement = entry.find(({ resource }) => resource.resourceType === 'Observation')!
  const measurements = Array.from({ length: 19 }, (_, k): Entry => ({
    fullUrl: `urn:uuid:7f2f3b0e-54a7-4c55-9d0a-${String(k).padStart(12, '0')}`,
    resource: { ...measurement.resource, effectiveDateTime: `2026-11-24T09:${String(10 + k)}:00Z` },
  }))
  return JSON.stringify({
    resourceType: 'Bundle', type: 'transaction',
    entry: [person, ...measurements].map(each => ({ ...each, request: { method: 'POST', url: each.resource.resourceType } })),
  })
}
