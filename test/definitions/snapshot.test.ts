/** Making a snapshot: what a differential changes, where it may reach, and what it may not name. */
import type { ElementDefinition as RawElement, StructureDefinition as RawStructure } from 'fhir/r4.js'
import type { StructureDefinition } from '../../src/definitions/definitions.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { readStructure } from '../../src/definitions/structure.ts'

const definitions = loadDefinitions()
const core = (type: string): string => `http://hl7.org/fhir/StructureDefinition/${type}`

type Difference = Partial<RawElement> & { id: string }

const profile = (type: string, differences: readonly Difference[], more: Partial<RawStructure> = {}): RawStructure => ({
  resourceType: 'StructureDefinition', url: 'urn:profile', name: 'Profile', status: 'draft', abstract: false,
  kind: 'resource', type, derivation: 'constraint', baseDefinition: core(type), ...more,
  differential: { element: differences.map(difference => ({ path: difference.id.replace(/:[^.]*/g, ''), ...difference })) },
})

const make = (type: string, differences: readonly Difference[], others: readonly RawStructure[] = [], more: Partial<RawStructure> = {}) => {
  const known = new Map(others.map(raw => [raw.url, raw]))
  const resolve = (url: string): StructureDefinition | undefined => {
    const raw = known.get(url)
    return raw ? readStructure(raw, resolve) : definitions.structure(url)
  }
  const structure = readStructure(profile(type, differences, more), resolve)
  const byId = new Map(structure.elements.map(element => [element.id, element]))
  return { structure, ids: [...byId.keys()], at: (id: string) => byId.get(id) }
}

describe('an element', () => {
  it('that no differential names is the base element', () => {
    const { structure } = make('Patient', [])
    expect(structure.elements).toEqual(definitions.type('Patient')?.elements)
  })

  it('takes what the differential says and inherits the rest', () => {
    const { at } = make('Patient', [{ id: 'Patient.gender', min: 1, mustSupport: true }])
    const base = definitions.type('Patient')?.elements.find(({ id }) => id === 'Patient.gender')
    expect(at('Patient.gender')).toEqual({ ...base, min: 1, mustSupport: true })
  })

  it('adds invariants to those it inherits, each key once', () => {
    const invariant = { key: 'x-1', severity: 'error' as const, human: 'A name is needed', expression: 'name.exists()' }
    const { at } = make('Patient', [{ id: 'Patient', constraint: [invariant, { ...invariant, key: 'dom-2', human: 'other words' }] }])
    const keys = at('Patient')?.constraints?.map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(['dom-2', 'x-1']))
    expect(keys?.filter(key => key === 'dom-2')).toHaveLength(1)
  })

  it('may strengthen a binding without naming the value set again', () => {
    const { at } = make('Patient', [{ id: 'Patient.maritalStatus', binding: { strength: 'required' } }])
    expect(at('Patient.maritalStatus')?.binding).toEqual({ strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/marital-status' })
  })

  it('can be forbidden, fixed, or given a pattern', () => {
    const { at } = make('Patient', [
      { id: 'Patient.photo', max: '0' },
      { id: 'Patient.language', fixedCode: 'en-GB' },
      { id: 'Patient.maritalStatus', patternCodeableConcept: { text: 'x' } },
    ])
    expect(at('Patient.photo')?.max).toBe(0)
    expect(at('Patient.language')?.fixed).toEqual({ type: 'code', value: 'en-GB' })
    expect(at('Patient.maritalStatus')?.pattern).toEqual({ type: 'CodeableConcept', value: { text: 'x' } })
  })
})

describe('a data type', () => {
  it('unfolds only where a differential looks into it', () => {
    const { ids, at } = make('Patient', [{ id: 'Patient.name.family', min: 1 }])
    expect(ids).toEqual(expect.arrayContaining(['Patient.name.use', 'Patient.name.family', 'Patient.name.period']))
    expect(ids).not.toContain('Patient.telecom.system')
    expect(ids).not.toContain('Patient.name.period.start')
    expect(at('Patient.name.family')).toMatchObject({ min: 1, max: 1, path: 'Patient.name.family', types: [{ code: 'string' }] })
  })

  it('unfolds through several levels, in the order of the base', () => {
    const { ids } = make('Patient', [{ id: 'Patient.identifier.assigner.reference', min: 1 }])
    expect(ids.indexOf('Patient.identifier.assigner')).toBeLessThan(ids.indexOf('Patient.identifier.assigner.reference'))
    expect(ids.indexOf('Patient.identifier.assigner.reference')).toBeLessThan(ids.indexOf('Patient.active'))
  })

  it('unfolds from the profile of the type where there is one', () => {
    const { at } = make('Specimen', [{ id: 'Specimen.collection.quantity.code', min: 1 }])
    expect(at('Specimen.collection.quantity.comparator')?.max).toBe(0) // SimpleQuantity
  })
})

describe('slices', () => {
  const byValue = { discriminator: [{ type: 'value' as const, path: 'system' }], rules: 'open' as const }

  it('stand after the element they slice, in the order of the differential, and start from zero', () => {
    const { ids, at } = make('Patient', [
      { id: 'Patient.identifier', slicing: byValue, min: 1 },
      { id: 'Patient.identifier:nhsNumber', sliceName: 'nhsNumber', max: '1' },
      { id: 'Patient.identifier:nhsNumber.system', min: 1, fixedUri: 'https://fhir.nhs.uk/Id/nhs-number' },
      { id: 'Patient.identifier:local', sliceName: 'local' },
    ])
    expect(ids.filter(id => /^Patient\.identifier(:\w+)?$/.test(id)))
      .toEqual(['Patient.identifier', 'Patient.identifier:nhsNumber', 'Patient.identifier:local'])
    expect(at('Patient.identifier')).toMatchObject({
      min: 1, slicing: { discriminators: [{ type: 'value', path: 'system' }], ordered: false, rules: 'open' },
    })
    expect(at('Patient.identifier:nhsNumber')).toMatchObject({ path: 'Patient.identifier', sliceName: 'nhsNumber', min: 0, max: 1 })
    expect(at('Patient.identifier:nhsNumber')).not.toHaveProperty('slicing')
    expect(at('Patient.identifier:nhsNumber.system')?.fixed).toEqual({ type: 'uri', value: 'https://fhir.nhs.uk/Id/nhs-number' })
    expect(at('Patient.identifier:local')).toMatchObject({ min: 0, max: Infinity })
  })

  it('of a backbone element bring its children', () => {
    const { at } = make('Observation', [
      { id: 'Observation.component', slicing: { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' } },
      { id: 'Observation.component:systolic', sliceName: 'systolic' },
      { id: 'Observation.component:systolic.code', patternCodeableConcept: { text: 'systolic' } },
    ])
    expect(at('Observation.component:systolic.dataAbsentReason')?.path).toBe('Observation.component.dataAbsentReason')
    expect(at('Observation.component.code')).not.toHaveProperty('pattern')
  })

  it('can be sliced again', () => {
    const { ids, at } = make('Patient', [
      { id: 'Patient.identifier', slicing: byValue },
      {
        id: 'Patient.identifier:nhsNumber', sliceName: 'nhsNumber', mustSupport: true,
        slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' },
      },
      { id: 'Patient.identifier:local', sliceName: 'local' },
      { id: 'Patient.identifier:nhsNumber/old', sliceName: 'nhsNumber/old', max: '1' },
    ])
    expect(ids.filter(id => /^Patient\.identifier:[^.]*$/.test(id)))
      .toEqual(['Patient.identifier:nhsNumber', 'Patient.identifier:nhsNumber/old', 'Patient.identifier:local'])
    expect(at('Patient.identifier:nhsNumber/old')).toMatchObject({ sliceName: 'nhsNumber/old', mustSupport: true, max: 1 })
  })

  it('are constrained further by a profile of the profile', () => {
    const first = profile('Patient', [
      { id: 'Patient.identifier', slicing: byValue },
      { id: 'Patient.identifier:nhsNumber', sliceName: 'nhsNumber', max: '1' },
      { id: 'Patient.identifier:nhsNumber.system', fixedUri: 'urn:nhs' },
    ], { url: 'urn:first' })
    const second: Difference[] = [{ id: 'Patient.identifier:nhsNumber', sliceName: 'nhsNumber', min: 1 }]
    const { at } = make('Patient', second, [first], { baseDefinition: 'urn:first' })
    expect(at('Patient.identifier:nhsNumber')).toMatchObject({ min: 1, max: 1 })
    expect(at('Patient.identifier:nhsNumber.system')?.fixed?.value).toBe('urn:nhs')
  })

  it('of a choice are named by type; the short form narrows the choice to it', () => {
    const { at } = make('Observation', [{ id: 'Observation.valueQuantity', sliceName: 'valueQuantity', min: 1 }])
    expect(at('Observation.value[x]')).toMatchObject({
      types: [{ code: 'Quantity' }], slicing: { discriminators: [{ type: 'type', path: '$this' }], rules: 'closed' },
    })
    expect(at('Observation.value[x]:valueQuantity')).toMatchObject({ path: 'Observation.value[x]', min: 1, types: [{ code: 'Quantity' }] })
  })

  it('of a choice leave the other types alone when sliced in full', () => {
    const { at } = make('Observation', [
      { id: 'Observation.value[x]', slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' } },
      { id: 'Observation.value[x]:valueQuantity', sliceName: 'valueQuantity' },
      { id: 'Observation.value[x]:valueQuantity.unit', min: 1 },
    ])
    expect(at('Observation.value[x]')?.types).toHaveLength(11)
    expect(at('Observation.value[x]:valueQuantity')?.types).toEqual([{ code: 'Quantity' }])
    expect(at('Observation.value[x]:valueQuantity.unit')?.min).toBe(1)
  })
})

describe('extensions', () => {
  const extension = profile('Extension', [
    { id: 'Extension', max: '1' },
    { id: 'Extension.url', fixedUri: 'urn:extension' },
    { id: 'Extension.value[x]', type: [{ code: 'CodeableConcept' }], min: 1 },
  ], { url: 'urn:extension', kind: 'complex-type' })
  const use: Difference = { id: 'Patient.extension:mine', sliceName: 'mine', type: [{ code: 'Extension', profile: ['urn:extension'] }] }

  it('are slices by url even where the differential does not say so, as often as the extension allows', () => {
    const { at } = make('Patient', [use], [extension])
    expect(at('Patient.extension')?.slicing).toEqual({ discriminators: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' })
    expect(at('Patient.extension:mine')).toMatchObject({ max: 1, types: [{ code: 'Extension', profiles: ['urn:extension'] }] })
  })

  it('unfold from their own profile', () => {
    const within: Difference = { id: 'Patient.extension:mine.value[x]', binding: { strength: 'required', valueSet: 'urn:set|1' } }
    const { at } = make('Patient', [use, within], [extension])
    expect(at('Patient.extension:mine.url')?.fixed?.value).toBe('urn:extension')
    expect(at('Patient.extension:mine.value[x]'))
      .toMatchObject({ min: 1, types: [{ code: 'CodeableConcept' }], binding: { valueSet: 'urn:set|1' } })
  })

  it('may stand on a primitive', () => {
    const { at } = make('Patient', [{ ...use, id: 'Patient.birthDate.extension:mine' }], [extension])
    expect(at('Patient.birthDate.extension:mine')?.max).toBe(1)
    expect(at('Patient.birthDate.value')?.path).toBe('Patient.birthDate.value')
  })
})

describe('content references', () => {
  it('unfold to what they refer to, once for each level that is named', () => {
    const { at, ids } = make('Questionnaire', [{ id: 'Questionnaire.item.item.item.linkId', maxLength: 9 }])
    expect(at('Questionnaire.item.item')).toMatchObject({ types: [{ code: 'BackboneElement' }], max: Infinity })
    expect(at('Questionnaire.item.item')).not.toHaveProperty('contentReference')
    expect(at('Questionnaire.item.item.item.linkId')?.maxLength).toBe(9)
    expect(at('Questionnaire.item.item.item.item')?.contentReference).toBe('Questionnaire.item')
    expect(ids.filter(id => id.endsWith('.answerOption'))).toHaveLength(3)
  })
})

it('makes out ids that a differential leaves out', () => {
  const raw = profile('Patient', [
    { id: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } },
    { id: 'Patient.identifier:nhsNumber', sliceName: 'nhsNumber' },
    { id: 'Patient.identifier:nhsNumber.system', min: 1 },
  ])
  const withoutIds = structuredClone(raw)
  for (const element of withoutIds.differential?.element ?? []) delete element.id
  const resolve = (url: string) => definitions.structure(url)
  expect(readStructure(withoutIds, resolve).elements).toEqual(readStructure(raw, resolve).elements)
})

describe('is refused', () => {
  it.each<[string, Difference[], string]>([
    ['an element that is not there', [{ id: 'Patient.surname' }], 'urn:profile: Patient.surname: there is no "surname" in Patient'],
    ['an element that is not in the type', [{ id: 'Patient.name.surname' }], 'there is no "surname"'],
    ['a choice of another type', [{ id: 'Patient.deceasedString' }], 'there is no "deceasedString"'],
    ['a look into an extension that is not known', [
      { id: 'Patient.extension:x', sliceName: 'x', type: [{ code: 'Extension', profile: ['urn:absent'] }] },
      { id: 'Patient.extension:x.url', min: 1 },
    ], 'urn:absent, which is not known'],
  ])('%s', (_name, differences, message) => expect(() => make('Patient', differences)).toThrow(message))

  it('a base that is not known', () => {
    expect(() => make('Patient', [], [], { baseDefinition: 'urn:absent' })).toThrow('its baseDefinition "urn:absent" is not known')
  })
})
