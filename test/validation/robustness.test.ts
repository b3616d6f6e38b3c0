import * as fc from 'fast-check'
import { check, DECLARED, observation, patient, serviceRequest, UKCORE, validator } from './setup.ts'

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

  it('on any JSON in any element of a resource', () => {
    const members = fc.dictionary(fc.constantFrom('id', 'meta', 'text', 'contained', 'extension', 'identifier', 'status', 'subject', 'code', 'entry', 'type', 'item', 'name', 'contact', 'parameter', 'component'), json, { maxKeys: 6 })
    fc.assert(fc.property(fc.constantFrom(...types), members, (resourceType, more) => {
      const issues = validator.validate({ resourceType, ...more }, UKCORE)
      return issues.every(issue => issue.code !== 'not-validated')
    }), { numRuns: 500, seed: 7 })
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

  it('takes less than a second for a Bundle of a thousand entries', () => {
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: 1000 }, () => ({ resource: patient })) }
    check(bundle)
    const start = process.cpuUsage().user
    expect(check(bundle)).toEqual([])
    expect((process.cpuUsage().user - start) / 1000).toBeLessThan(1000)
  })
})
