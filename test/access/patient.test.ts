import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPatientData, patientsInText, patientsOf } from '../../src/access/patient.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createExtractor } from '../../src/search/extract.ts'

const task = {
  resourceType: 'Task', id: 't', for: { reference: 'Patient/p1' }, note: [{ text: 'said "reference":"Patient/forged"' }],
  input: [{ valueReference: { reference: 'Patient/p2/_history/3' } }, { valueReference: { reference: 'Observation/Patient' } }],
  contained: [{ resourceType: 'Observation', subject: { reference: 'Patient/p1' } }],
}

const both = (resource: Resource): readonly (readonly string[])[] =>
  [patientsOf(resource), patientsInText({ type: resource.resourceType, id: resource.id ?? '' }, JSON.stringify(resource))]

describe('whose data a resource is', () => {
  it('is every patient it refers to, at any depth, once; parsed and as stored text', () => {
    for (const found of both(task)) expect(found).toEqual(['Patient/p1', 'Patient/p2'])
  })
  it('is the patient itself', () => {
    for (const found of both({ resourceType: 'Patient', id: 'p9' })) expect(found).toEqual(['Patient/p9'])
  })
  it('is nobody for what only looks like a reference', () => {
    const resource = { resourceType: 'Basic', id: 'b', reference: 'Patient/..%2f', code: { text: '"reference":"Patient/x"' }, author: { reference: '#p' } }
    for (const found of both(resource)) expect(found).toEqual([])
  })

  it.each(['Patient', 'Task', 'Binary', 'Bundle', 'Consent', 'Basic', 'AuditEvent', 'Provenance'])('a read of %s is audited', type =>
    expect(isPatientData(type)).toBe(true))
  it.each(['Organization', 'HealthcareService', 'PractitionerRole', 'ValueSet'])('a read of %s is not, unless it is inside a case', type => {
    expect(isPatientData(type)).toBe(false)
    expect(isPatientData(type, 'case-1')).toBe(true)
  })
})

const examples = new URL('../../node_modules/hl7.fhir.r4.examples', import.meta.url).pathname

describe('on the official examples', () => {
  const definitions = loadDefinitions()
  const extract = createExtractor(definitions)

  it('holds every patient in whose compartment a resource is', () => {
    let checked = 0
    for (const file of readdirSync(examples).filter(name => name.endsWith('.json'))) {
      const type = file.split('-', 1)[0] ?? ''
      const params = definitions.resourceTypes.has(type) ? definitions.compartment('Patient', type) : []
      if (params.length === 0) continue
      const resource = JSON.parse(readFileSync(join(examples, file), 'utf8')) as Resource
      const inCompartment = extract(resource).entries
        .flatMap(entry => (entry.kind === 'reference' && entry.type === 'Patient' && params.includes(entry.param) ? [`Patient/${entry.id}`] : []))
      for (const found of both(resource)) expect(found).toEqual(expect.arrayContaining(inCompartment))
      checked += inCompartment.length
    }
    expect(checked).toBeGreaterThan(200)
  })
})
