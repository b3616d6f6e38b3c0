import { compartmentCondition, compartmentTypes, COMPARTMENTS, isCompartment, type Compartment } from '../../src/search/compartment.ts'
import { matchesCondition } from '../../src/search/match.ts'
import { indexedParameters } from '../../src/search/parameters.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { definitions, extracted } from './ask.ts'

const isIn = (compartment: Compartment, id: string, resource: object, types: readonly string[] = [(resource as Resource).resourceType]): boolean => {
  const { resourceType: type, id: own = 'x' } = resource as Resource
  return types.includes(type)
    && matchesCondition(compartmentCondition(definitions, compartment, id, types), { type, id: own, lastUpdated: 0 }, extracted(resource))
}

describe('compartments', () => {
  const observation = { resourceType: 'Observation', subject: { reference: 'Patient/1' }, performer: [{ reference: 'Practitioner/2' }], device: { reference: 'Device/3' } }
  it.each<[Compartment, string, object, boolean]>([
    ['Patient', '1', observation, true],
    ['Patient', '2', observation, false],
    ['Practitioner', '2', observation, true],
    ['Device', '3', observation, true],
    ['Device', '1', observation, false],
    ['Patient', '1', { resourceType: 'Patient', id: '1' }, true],
    ['Patient', '1', { resourceType: 'Patient', id: '2' }, false],
    ['Patient', '1', { resourceType: 'Patient', id: '2', link: [{ other: { reference: 'Patient/1' } }] }, true],
    ['Patient', '1', { resourceType: 'AllergyIntolerance', recorder: { reference: 'Patient/1' } }, true],
    ['Patient', '1', { resourceType: 'Group', id: '1' }, false],
    ['Encounter', '1', { resourceType: 'Condition', encounter: { reference: 'Encounter/1' } }, true],
    ['RelatedPerson', '1', { resourceType: 'Patient', link: [{ other: { reference: 'RelatedPerson/1' } }] }, true],
  ])('of %s/%s: %j is in it: %s', (compartment, id, resource, expected) => {
    expect(isIn(compartment, id, resource)).toBe(expected)
    expect(isIn(compartment, id, resource, compartmentTypes(definitions, compartment))).toBe(expected)
  })

  it('hold nothing of types that are never in them', () => {
    expect(compartmentCondition(definitions, 'Patient', '1', ['Location'])).toEqual({ kind: 'any-of', of: [] })
    expect(isIn('Patient', '1', { resourceType: 'Location', id: '1' }, ['Location', 'Task'])).toBe(false)
  })

  it('tell types apart by the parameters of each, alike ones together', () => {
    const patient = { kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: '1' } }
    expect(compartmentCondition(definitions, 'Patient', '1', ['Flag', 'Goal', 'Patient'])).toEqual({
      kind: 'any-of', of: [
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['Flag', 'Goal'] }, patient] },
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['Patient'] }, {
          kind: 'any-of', of: [{ kind: 'ids', ids: ['1'] }, { ...patient, param: 'link' }],
        }] },
      ],
    })
    expect(compartmentCondition(definitions, 'Patient', '1', ['Flag', 'Goal'])).toEqual(patient)
  })

  it('are those of R4, by parameters that are indexed', () => {
    expect(COMPARTMENTS.map(compartment => compartmentTypes(definitions, compartment).length)).toEqual([66, 25, 32, 59, 33])
    expect(['Patient', 'Task', 'constructor'].map(isCompartment)).toEqual([true, false, false])
    const missing = COMPARTMENTS.flatMap(compartment => compartmentTypes(definitions, compartment).flatMap(type =>
      definitions.compartment(compartment, type).filter(code => code !== '_id' && indexedParameters(definitions, type).get(code)?.type !== 'reference')))
    expect(missing).toEqual([])
  })
})
