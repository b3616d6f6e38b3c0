/** CodeSystems and ValueSets by R4's text. */
import { check, DECLARED, told } from './setup.ts'

const system = (members: object) => told(check({ resourceType: 'CodeSystem', status: 'draft', content: 'complete', url: 'https://example.org/codes', ...members }, DECLARED), 'error', 'warning')
const composed = (system: string, ...codes: string[]) =>
  check({ resourceType: 'ValueSet', status: 'draft', compose: { include: [{ system, concept: codes.map(code => ({ code })) }] } }, DECLARED)

describe('a CodeSystem', () => {
  const property = [{ code: 'weight', type: 'decimal' }]
  it.each<[string, object, string[]]>([
    ['with declared properties', { property, concept: [{ code: 'a', property: [{ code: 'weight', valueDecimal: 1 }] }] }, []],
    ['with properties of all code systems', { concept: [{ code: 'a', property: [{ code: 'inactive', valueBoolean: true }] }] }, []],
    ['with a property of another type', { property, concept: [{ code: 'a', concept: [{ code: 'b', property: [{ code: 'weight', valueString: 'x' }] }] }] }, ['codesystem-property at CodeSystem.concept[0].concept[0].property[0]']],
    ['with a property that is not declared', { property, concept: [{ code: 'a', property: [{ code: 'height', valueDecimal: 1 }] }] }, ['codesystem-property at CodeSystem.concept[0].property[0].code']],
    ['with its count', { count: 2, concept: [{ code: 'a', concept: [{ code: 'b' }] }] }, []],
    ['with another count', { count: 3, concept: [{ code: 'a', concept: [{ code: 'b' }] }] }, ['codesystem-count at CodeSystem.count']],
    ['that is a fragment, with the count of all', { content: 'fragment', count: 3, concept: [{ code: 'a' }] }, []],
  ])('%s', (_name, members, expected) => {
    expect(system(members)).toEqual(expected)
  })
})

describe('a ValueSet', () => {
  it('names codes that its code system has', () => {
    expect(told(composed('http://hl7.org/fhir/administrative-gender', 'male', 'female'), 'warning')).toEqual([])
    const [issue] = composed('http://hl7.org/fhir/administrative-gender', 'male', 'femal')
    expect(issue).toMatchObject({ severity: 'warning', code: 'coding-unknown', expression: ['ValueSet.compose.include[0].concept[1].code'], text: expect.stringContaining('did you mean "female"?') })
  })

  it('may name any of a code system that is not known', () => {
    expect(told(composed('https://example.org/none', 'x'), 'warning')).toEqual([])
  })
})
