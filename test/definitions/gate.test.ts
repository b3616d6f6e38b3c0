/** The structural gate of each resource type: every official R4 example passes, bad shapes do not. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CORE_FOLDER } from '../../src/definitions/build/packages.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'

const definitions = loadDefinitions()
const passes = (resource: unknown, type = 'Patient'): boolean => definitions.gate(type)(resource)

const EXAMPLES_PER_TYPE = 10
// R4 has no example of these
const WITHOUT_EXAMPLES = new Set(['Parameters', 'SubstanceNucleicAcid', 'SubstancePolymer', 'SubstanceProtein',
  'SubstanceReferenceInformation', 'SubstanceSourceMaterial'])

describe('official examples of R4', () => {
  const files = Map.groupBy(readdirSync(CORE_FOLDER).filter(name => /^[A-Z]\w+-.*\.json$/.test(name)), name => name.split('-', 1)[0])

  it.each([...definitions.resourceTypes].filter(type => !WITHOUT_EXAMPLES.has(type)))('%s passes', type => {
    const examples = files.get(type) ?? []
    expect(examples).not.toHaveLength(0)
    // spread over the whole list, whose neighbours are alike
    const step = Math.max(1, Math.floor(examples.length / EXAMPLES_PER_TYPE))
    for (const name of examples.filter((_, i) => i % step === 0).slice(0, EXAMPLES_PER_TYPE)) {
      expect([name, passes(JSON.parse(readFileSync(join(CORE_FOLDER, name), 'utf8')), type)]).toEqual([name, true])
    }
  })

  it.each([...WITHOUT_EXAMPLES])('%s passes with nothing but an id', type => {
    expect(passes({ resourceType: type, id: 'a' }, type)).toBe(true)
  })
})

describe('shapes that pass', () => {
  it.each<[string, unknown]>([
    ['an extension on a primitive', {
      resourceType: 'Patient', birthDate: '1939-05-01', _birthDate: { extension: [{ url: 'urn:time', valueTime: '10:30:00' }] },
    }],
    ['a primitive that has only an extension', { resourceType: 'Patient', _gender: { extension: [{ url: 'urn:x', valueCode: 'x' }] } }],
    ['null where one of a list has only an extension', {
      resourceType: 'Patient',
      name: [{ given: ['Edna', null], _given: [null, { extension: [{ url: 'urn:x', valueString: 'x' }] }] }],
    }],
    ['a companion list that is shorter than its values', { resourceType: 'Patient', name: [{ given: ['Edna', 'May'], _given: [{ id: 'a' }] }] }],
    ['an extension inside an extension', {
      resourceType: 'Patient', extension: [{ url: 'urn:x', extension: [{ url: 'y', valueCoding: { code: 'z' } }] }],
    }],
    ['a contained resource of another type', {
      resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'o', name: 'Preston Surgery' }],
    }],
    ['a choice of type', { resourceType: 'Patient', deceasedDateTime: '2025-01' }],
    ['a text of white space inside', {
      resourceType: 'Patient', text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">\n\tx\u00a0</div>' },
    }],
    ['names left to the walk: no value where R4 wants one', { resourceType: 'Patient', link: [{ type: 'seealso' }] }],
  ])('%s', (_name, resource) => expect(passes(resource)).toBe(true))

  it('decimals are numbers of any precision', () => {
    for (const value of [36.6, -0, 1e-10, 72]) {
      expect(passes({ resourceType: 'Observation', valueQuantity: { value } }, 'Observation')).toBe(true)
    }
  })

  it('items nest as deep as they like', () => {
    const item = (depth: number): object => ({ linkId: `${depth}`, type: 'group', ...(depth > 0 ? { item: [item(depth - 1)] } : {}) })
    expect(passes({ resourceType: 'Questionnaire', status: 'draft', item: [item(60)] }, 'Questionnaire')).toBe(true)
  })
})

describe('shapes that do not', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined], ['null', null], ['a text', 'Patient'], ['a list', [{ resourceType: 'Patient' }]],
    ['no resourceType', { id: 'a' }],
    ['another resourceType', { resourceType: 'Person' }],
    ['an unknown property', { resourceType: 'Patient', surname: 'Ashworth' }],
    ['an unknown property deep inside', { resourceType: 'Patient', contact: [{ name: { surname: 'Ashworth' } }] }],
    ['__proto__', JSON.parse('{"resourceType": "Patient", "__proto__": {"active": true}}')],
    ['constructor', { resourceType: 'Patient', constructor: 'x' }],
    ['one where many are meant', { resourceType: 'Patient', name: { family: 'Ashworth' } }],
    ['many where one is meant', { resourceType: 'Patient', gender: ['female'] }],
    ['a text where an object is meant', { resourceType: 'Patient', maritalStatus: 'M' }],
    ['an object where a text is meant', { resourceType: 'Patient', birthDate: { value: '1939' } }],
    ['a text where a boolean is meant', { resourceType: 'Patient', active: 'true' }],
    ['a number where a text is meant', { resourceType: 'Patient', id: 5 }],
    ['an empty text', { resourceType: 'Patient', language: '' }],
    ['an empty list', { resourceType: 'Patient', name: [] }],
    ['an empty object', { resourceType: 'Patient', name: [{}] }],
    ['null as a value', { resourceType: 'Patient', gender: null }],
    ['null that stands for nothing in a list of primitives', { resourceType: 'Patient', name: [{ given: ['Edna', null] }] }],
    ['null in both lists', { resourceType: 'Patient', name: [{ given: [null], _given: [null] }] }],
    ['null alone in a companion list', { resourceType: 'Patient', name: [{ _given: [null] }] }],
    ['null in a list of objects', { resourceType: 'Patient', name: [null] }],
    ['a date that does not exist', { resourceType: 'Patient', birthDate: '1939-02-30' }],
    ['a date with a time', { resourceType: 'Patient', birthDate: '1939-02-03T00:00:00Z' }],
    ['a dateTime without an offset', { resourceType: 'Patient', deceasedDateTime: '2025-01-01T10:00:00' }],
    ['an id with a space', { resourceType: 'Patient', id: 'a b' }],
    ['an instant without seconds', { resourceType: 'Patient', meta: { lastUpdated: '2025-01-01T10:00Z' } }],
    ['a NUL', { resourceType: 'Patient', name: [{ family: 'Ash\u0000worth' }] }],
    ['an extension on what is no element', { resourceType: 'Patient', _name: { id: 'x' } }],
    ['an empty companion', { resourceType: 'Patient', _gender: {} }],
    ['a companion as a list beside a single value', { resourceType: 'Patient', _gender: [{ id: 'x' }] }],
    ['a choice of a type R4 does not offer', { resourceType: 'Patient', deceasedString: 'yes' }],
    ['a choice without its type', { resourceType: 'Patient', deceased: true }],
    ['an extension of an unknown type of value', { resourceType: 'Patient', extension: [{ url: 'urn:x', valueThing: 1 }] }],
    ['a contained resource without type', { resourceType: 'Patient', contained: [{ id: 'a' }] }],
    ['a contained resource of no R4 type', { resourceType: 'Patient', contained: [{ resourceType: 'Doctor', id: 'a' }] }],
    ['a contained resource of bad shape', { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'a', title: 'x' }] }],
    ['a multiple birth that is no integer', { resourceType: 'Patient', multipleBirthInteger: 1.5 }],
  ])('%s', (_name, resource) => expect(passes(resource)).toBe(false))

  it('a decimal written as text, or not a number', () => {
    for (const value of ['36.6', Infinity, NaN]) {
      expect(passes({ resourceType: 'Observation', valueQuantity: { value } }, 'Observation')).toBe(false)
    }
  })

  it('a bad resource in a Bundle entry, however deep', () => {
    const bundle = (resource: unknown) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] })
    expect(passes(bundle(bundle({ resourceType: 'Patient', active: true })), 'Bundle')).toBe(true)
    expect(passes(bundle(bundle({ resourceType: 'Patient', active: 'yes' })), 'Bundle')).toBe(false)
  })

  it('a bad resource or value in Parameters', () => {
    const parameters = (part: object) => ({ resourceType: 'Parameters', parameter: [{ name: 'a', part: [{ name: 'b', ...part }] }] })
    expect(passes(parameters({ resource: { resourceType: 'Task', status: 'draft' } }), 'Parameters')).toBe(true)
    expect(passes(parameters({ resource: { resourceType: 'Task', state: 'draft' } }), 'Parameters')).toBe(false)
    expect(passes(parameters({ valueHumanName: { surname: 'x' } }), 'Parameters')).toBe(false)
  })

  it('anything of a type that is not R4', () => {
    expect(passes({ resourceType: 'Citation' }, 'Citation')).toBe(false)
    expect(passes({ resourceType: 'types' }, 'types')).toBe(false)
  })
})
