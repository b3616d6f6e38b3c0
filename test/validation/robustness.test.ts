import * as fc from 'fast-check'
import { createValidator } from '../../src/validation/engine.ts'
import type { Validator } from '../../src/validation/validator.ts'
import { judgeHostile, MOST_SECONDS, secondsFor } from './judged/hostile.ts'
import { sectionOf } from './judged/set.ts'
import { check, definitions, errorsOf, observation, patient, serviceRequest, UKCORE, validator } from './setup.ts'

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

  it('on a definition that refers to itself in every way', () => {
    const loop: Record<string, unknown> = { resourceType: 'StructureDefinition', url: 'https://example.org/loop', name: 'Loop', status: 'draft', kind: 'resource', abstract: false,
      type: 'Patient', baseDefinition: 'https://example.org/loop', derivation: 'constraint', differential: { element: [{ id: 'Patient', path: 'Patient' }] } }
    loop['contained'] = [loop]
    expect(Array.isArray(check(loop))).toBe(true)
  })
})

describe('hostile documents', () => {
  // twice what the command allows: it runs alone
  const mostSeconds = 2 * MOST_SECONDS

  it('neither throw nor stall, and are refused as docs/validation.md says', () => {
    const { section, problems } = judgeHostile(mostSeconds)
    expect(problems).toEqual([])
    expect(sectionOf('hostile')).toBe(section)
  })

  it('do not come from what is generated either', () => {
    const pieces = fc.oneof(json, fc.constantFrom<unknown>(patient, serviceRequest, observation, { reference: '#a' }, { url: 'https://example.org/x', valueString: 'x' }))
    const resource = fc.record({ resourceType: fc.constantFrom(...types), many: fc.integer({ min: 1, max: 2_000 }),
      key: fc.constantFrom('contained', 'extension', 'modifierExtension', 'identifier', 'entry', 'item', 'name', 'parameter', 'component', 'category'), piece: pieces })
    fc.assert(fc.property(resource, ({ resourceType, many, key, piece }) => {
      expect(secondsFor({ resourceType, [key]: Array.from({ length: many }, () => piece) })).toBeLessThan(mostSeconds)
    }), { numRuns: 60, seed: 13 })
  })
})
