/** A person, and what a partner keeps of that person and of its own: each resource with a word that stands nowhere else. The last is to be deleted. */
import { createHash } from 'node:crypto'
import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4.js'

/** A word that stands in one resource and nowhere else. */
export const marker = (seed: string): string => `zz${createHash('sha256').update(seed).digest('hex').slice(0, 10)}zz`

/** Ids of entries of the directory, which everybody sees and everybody's things refer to. */
export interface Shared {
  readonly organisation: string
  readonly location: string
}

export const MARKERS = 'https://x.example/Id/marker'

export const privateThings = (seed: string, { organisation, location }: Shared): Bundle<FhirResource> => {
  const word = (what: string): string => marker(`${seed}-${what}`)
  const identifier = (what: string) => [{ system: MARKERS, value: word(what) }]
  const patient = { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' }
  const encounter = { reference: 'urn:uuid:00000000-0000-4000-8000-000000000002' }
  const entry = (resource: FhirResource, fullUrl?: string): BundleEntry<FhirResource> =>
    ({ ...(fullUrl === undefined ? {} : { fullUrl }), resource, request: { method: 'POST', url: resource.resourceType } })
  return {
    resourceType: 'Bundle', type: 'transaction',
    entry: [
      entry({
        resourceType: 'Patient', identifier: identifier('patient'), name: [{ family: word('patient'), given: ['Private'] }],
        gender: 'female', birthDate: '1950-01-01', generalPractitioner: [{ reference: `Organization/${organisation}` }],
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${word('patient')}</div>` },
      }, patient.reference),
      entry({
        resourceType: 'Encounter', identifier: identifier('encounter'), status: 'finished', subject: patient,
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
        location: [{ location: { reference: `Location/${location}` } }],
      }, encounter.reference),
      entry({
        resourceType: 'Observation', identifier: identifier('observation'), status: 'final', code: { text: word('observation') },
        subject: patient, encounter, valueString: word('observation'),
      }),
      entry({ resourceType: 'List', identifier: identifier('list'), status: 'current', mode: 'working', title: word('list'), entry: [{ item: patient }] }),
      entry({ resourceType: 'Group', identifier: identifier('group'), type: 'person', actual: true, name: word('group'), member: [{ entity: patient }] }),
      entry({
        resourceType: 'Organization', identifier: identifier('organization'), name: word('organization'),
        partOf: { reference: `Organization/${organisation}` },
      }),
      entry({ resourceType: 'Location', identifier: identifier('location'), name: word('location'), partOf: { reference: `Location/${location}` } }),
      entry({ resourceType: 'Basic', identifier: identifier('basic'), code: { text: word('basic') }, subject: patient }),
    ],
  }
}
