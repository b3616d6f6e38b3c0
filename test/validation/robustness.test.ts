import * as fc from 'fast-check'
import { createValidator } from '../../src/validation/engine.ts'
import type { Validator } from '../../src/validation/validator.ts'
import { check, DECLARED, definitions, errorsOf, observation, patient, serviceRequest, UKCORE, validator } from './setup.ts'

/** Any JSON, with the names FHIR uses often enough for the walk to go deep. */
const json = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('resourceType', 'id', 'extension', 'url', 'valueString', 'valueReference', 'reference',
      'identifier', 'system', 'value', 'coding', 'code', 'contained', 'entry', 'resource', 'name', '_name', 'period', 'start', 'meta', 'profile', 'text', 'div', 'x'), tie('value'), { maxKeys: 5 })),
})).value

const types = ['Patient', 'ServiceRequest', 'Observation', 'Bundle', 'Task', 'Questionnaire', 'StructureDefinition', 'Parameters']

describe('the validator never throws', () => {
  it('on any JSON in place of a resource', () => {
    fc.assert(fc.property(json, value => Array.isArray(check(value as object, UKCORE))), { numRuns: 300, seed: 3 })
  })

  it('on any JSON in any element of a resource, and finds the place of what the gate refuses', () => {
    const members = fc.dictionary(fc.constantFrom('id', 'meta', 'text', 'contained', 'extension', 'identifier', 'status', 'subject', 'code', 'entry', 'type', 'item', 'name', 'contact', 'parameter', 'component'), json, { maxKeys: 6 })
    fc.assert(fc.property(fc.constantFrom(...types), members, (resourceType, more) => {
      const issues = validator.validate({ resourceType, ...more }, UKCORE)
      return issues.every(({ code }) => code !== 'not-validated' && code !== 'shape')
    }), { numRuns: 500, seed: 7 })
  })

  it('and tells the same whether the gate is asked or not', () => {
    const members = fc.dictionary(fc.constantFrom('id', 'meta', 'text', 'contained', 'extension', 'identifier', 'status', 'subject', 'birthDate', 'entry', 'type', 'name', 'contact', 'component'), json, { maxKeys: 3 })
    const ungated = createValidator({ ...definitions, gate: () => () => false })
    fc.assert(fc.property(fc.constantFrom(patient, serviceRequest, observation), members, (resource, more) => {
      const told = (by: Validator) => errorsOf(check({ ...resource, ...more }, UKCORE, by)).filter(({ code }) => code !== 'shape')
      expect(told(ungated)).toEqual(told(validator))
    }), { numRuns: 300, seed: 11 })
  })

  it('on one wrong value anywhere in a good resource', () => {
    const places = (value: unknown, path: readonly string[] = []): string[][] => (typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, member]) => [[...path, key], ...places(member, [...path, key])]) : [])
    for (const resource of [patient, serviceRequest, observation]) {
      for (const place of places(resource)) {
        for (const wrong of [null, [], {}, '', 0, [[]], 'x', { resourceType: 'Patient' }]) {
          const copy = structuredClone(resource) as unknown as Record<string, unknown>
          const parent = place.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy)
          parent[place.at(-1)!] = wrong
          expect(check(copy).map(({ code }) => code)).not.toContain('not-validated')
        }
      }
    }
  })

  it('on two thousand levels', () => {
    let value: object = { text: 'x' }
    for (let i = 0; i < 2000; i++) value = { linkId: '1', type: 'group', item: [value] }
    const issues = check({ resourceType: 'Questionnaire', status: 'draft', item: [value] }, DECLARED)
    expect(issues.some(({ severity }) => severity === 'error')).toBe(true)
  })

  it('on a resource that holds itself', () => {
    const loop: Record<string, unknown> = { resourceType: 'Parameters', parameter: [{ name: 'x' }] }
    ;(loop['parameter'] as Record<string, unknown>[])[0]!['resource'] = loop
    expect(check(loop).some(({ severity }) => severity === 'error')).toBe(true)
  })

  const secondsFor = (resource: object): number => {
    const start = process.cpuUsage().user
    check(resource, UKCORE)
    return (process.cpuUsage().user - start) / 1e6
  }
  const many = (count: number, value: object) => Array.from({ length: count }, () => value)

  it.each<[string, object]>([
    ['a Bundle of a thousand good entries', { resourceType: 'Bundle', type: 'collection', entry: many(1000, { resource: patient }) }],
    ['a hundred thousand unknown elements', { resourceType: 'Patient', name: many(100_000, { famliy: 'x' }) }],
    ['a hundred thousand wrong codes', { resourceType: 'Patient', name: many(100_000, { use: 'offical' }) }],
    ['twenty thousand unknown extensions', { resourceType: 'Patient', extension: Array.from({ length: 20_000 }, (_, i) => ({ url: `https://example.org/extension/${i}`, valueBoolean: true })) }],
    ['ten thousand extensions that are nearly known', { resourceType: 'Patient',
      extension: Array.from({ length: 10_000 }, (_, i) => ({ url: `https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-X${i}`, valueBoolean: true })) }],
    ['ten thousand profiles that are nearly known', { resourceType: 'Patient',
      meta: { profile: Array.from({ length: 10_000 }, (_, i) => `https://fhir.hl7.org.uk/StructureDefinition/UKCore-X${i}`) } }],
    ['five thousand contained resources, each referring to the next', { resourceType: 'Patient', managingOrganization: { reference: '#o0' },
      contained: Array.from({ length: 5_000 }, (_, i) => ({ resourceType: 'Organization', id: `o${i}`, name: 'x', partOf: { reference: `#o${(i + 1) % 5_000}` } })) }],
    ['a document of two thousand entries', { resourceType: 'Bundle', type: 'document', entry: [
      { fullUrl: 'https://example.org/Composition/1', resource: { resourceType: 'Composition', id: '1',
        section: [{ entry: Array.from({ length: 2_000 }, (_, i) => ({ reference: `Patient/${i}` })) }] } },
      ...Array.from({ length: 2_000 }, (_, i) => ({ fullUrl: `https://example.org/Patient/${i}`, resource: { resourceType: 'Patient', id: `${i}` } })),
    ] }],
    ['a CodeSystem of twenty thousand codes', { resourceType: 'CodeSystem', status: 'draft', content: 'complete',
      concept: Array.from({ length: 20_000 }, (_, i) => ({ code: `c${i}` })) }],
    ['twenty thousand identifiers to slice', { resourceType: 'Patient', identifier: many(20_000, { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }) }],
    ['a narrative of five megabytes', { resourceType: 'Patient', text: { status: 'generated', div: `<div>${'<p>x</p>'.repeat(600_000)}</div>` } }],
  ])('takes less than a second for %s', (_name, resource) => {
    check(patient, UKCORE)
    expect(secondsFor(resource)).toBeLessThan(1)
  })
})
