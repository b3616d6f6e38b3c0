import * as fc from 'fast-check'
import type { Definitions, SearchParameter } from '../../src/definitions/definitions.ts'
import { createExtractor } from '../../src/search/extract.ts'
import { indexedParameters } from '../../src/search/parameters.ts'
import { definitions, extracted } from './ask.ts'

const sortOf = (resource: object, param: string) => extracted(resource).sort.find(entry => entry.param === param)

describe('sort values', () => {
  const patient = {
    resourceType: 'Patient', birthDate: '1942-05-01', name: [{ family: 'Zola', given: ['Émile'] }, { family: 'Abel' }],
    identifier: [{ system: 'b', value: '2', type: { coding: [{ system: 's', code: 'A' }] } }, { system: 'a', value: '9' }],
  }
  it('are the lowest and the highest of several', () => {
    expect(sortOf(patient, 'name')).toEqual({ param: 'name', low: 'abel', high: 'zola' })
    expect(sortOf(patient, 'identifier')).toEqual({ param: 'identifier', low: '2', high: '9' })
  })
  it('of a date are where its span begins', () => {
    expect(sortOf({ resourceType: 'Task', authoredOn: '2026-11-24' }, 'authored-on')).toMatchObject({ low: Date.UTC(2026, 10, 24) })
  })
  it('are none for references and absent values', () => {
    const task = { resourceType: 'Task', for: { reference: 'Patient/1' } }
    expect(extracted(task).sort).toEqual([])
  })
})

describe('AuditEvents', () => {
  const event = {
    resourceType: 'AuditEvent', recorded: '2026-11-24T10:00:00.000Z', action: 'R', outcome: '0',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
    agent: [{ requestor: true, who: { reference: 'Organization/1' }, network: { address: '10.0.0.1' }, altId: 'x' }],
    source: { observer: { reference: 'Device/1' }, site: 'here' },
    entity: [{ what: { reference: 'Patient/1' } }, { what: { reference: 'Task/1' }, name: 'n' }],
  }
  it('are indexed by every parameter of theirs, and not by words', () => {
    expect(new Set(extracted(event).entries.map(entry => entry.param))).toEqual(new Set([
      'action', 'address', 'agent', 'altid', 'date', 'entity', 'entity-name', 'outcome', 'patient', 'site', 'source', 'subtype', 'type',
    ]))
  })
})

describe('any data', () => {
  const PARTS = [
    'reference', 'coding', 'system', 'code', 'value', 'identifier', 'family', 'start', 'event', 'repeat', 'boundsPeriod', 'extension',
    'url', 'low', 'high', 'origin', 'data', 'text', 'type', 'component', 'valueQuantity', 'id', 'resourceType',
  ]
  const TYPES = ['Patient', 'Task', 'Observation', 'Location', 'MolecularSequence', 'Bundle', 'PlanDefinition', 'Foo', '__proto__']
  const ELEMENTS = [
    'identifier', 'name', 'telecom', 'address', 'subject', 'for', 'owner', 'code', 'status', 'valueQuantity', 'component', 'effectivePeriod',
    'effectiveTiming', 'birthDate', 'deceasedDateTime', 'meta', 'contained', 'extension', 'position', 'variant', 'referenceSeq', 'entry',
    'useContext', 'relatedArtifact',
  ]
  it('of a known type is extracted without an exception', () => {
    const value = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 4 }, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...PARTS), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(fc.property(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...ELEMENTS), value), (resourceType, rest) => {
      const { entries } = extracted({ ...rest, resourceType })
      return entries.every(entry => typeof entry.param === 'string')
    }), { numRuns: 1_000 })
  })
  it('is bounded under each parameter', () => {
    const list = { resourceType: 'List', entry: Array.from({ length: 10_000 }, (_, index) => ({ item: { reference: `Task/${index}` } })) }
    expect(extracted(list).entries.filter(entry => entry.param === 'item')).toHaveLength(2_000)
  })
  it('is not changed', () => {
    const task = { resourceType: 'Task', for: { reference: 'Patient/1' }, authoredOn: '2026' }
    const before = JSON.stringify(task)
    extracted(task)
    expect(JSON.stringify(task)).toBe(before)
  })
})

describe('extensions and expressions beyond R4\'s own', () => {
  const withParameter = (type: string, parameter: Partial<SearchParameter>): Definitions => {
    const own: SearchParameter = { url: 'http://x.example/sp', code: 'own', type: 'string', base: [type], ...parameter }
    return { ...definitions, searchParameters: asked => (asked === type ? new Map([['own', own]]) : new Map()) }
  }
  const entries = (type: string, parameter: Partial<SearchParameter>, resource: object) =>
    createExtractor(withParameter(type, parameter))({ resourceType: type, ...resource }).entries.filter(({ param }) => param === 'own')

  it('an extension is searched by its value', () => {
    const extension = [{ url: 'http://x.example/e', valueCodeableConcept: { coding: [{ system: 's', code: 'c' }] } }, { url: 'http://x.example/f', valueString: 'no' }]
    expect(entries('Patient', { type: 'token', expression: 'Patient.extension(\'http://x.example/e\')' }, { extension }))
      .toEqual([{ kind: 'token', param: 'own', system: 's', code: 'c' }])
    expect(entries('Patient', { type: 'string', expression: 'Patient.extension(\'http://x.example/f\').value.ofType(string)' }, { extension }))
      .toEqual([{ kind: 'string', param: 'own', folded: 'no', exact: 'no' }])
  })
  it('an expression that is not walked goes to FHIRPath, with the types it finds', () => {
    const name = [{ use: 'official', family: 'Abel' }, { use: 'old', family: 'Zola' }]
    expect(entries('Patient', { expression: 'Patient.name.where(use = \'official\' or use = \'usual\').family' }, { name }))
      .toEqual([{ kind: 'string', param: 'own', folded: 'abel', exact: 'Abel' }])
    expect(entries('Task', { type: 'date', expression: 'Task.executionPeriod.first()' }, { executionPeriod: { start: '2026' } }))
      .toMatchObject([{ kind: 'date', low: Date.UTC(2026, 0, 1) }])
    expect(entries('Task', { type: 'reference', expression: 'Task.for.where(resolve() is Patient and true)' }, { for: { reference: 'Patient/1' } }))
      .toMatchObject([{ kind: 'reference', type: 'Patient', id: '1' }])
  })
  it('an expression that FHIRPath refuses yields nothing', () => {
    expect(entries('Patient', { expression: 'Patient.name.nonsense(((' }, { name: [{ family: 'Abel' }] })).toEqual([])
  })
})

describe('indexed parameters', () => {
  it('are those of the type and of every resource, but for what the store keeps itself', () => {
    const codes = [...indexedParameters(definitions, 'Task').keys()]
    expect(codes).toEqual(expect.arrayContaining(['owner', 'status', '_tag', '_profile', '_security', '_source']))
    expect(codes).not.toContain('_id')
  })
})
