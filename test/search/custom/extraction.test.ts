/** What custom parameters index: by R4's walk where that reaches, by FHIRPath otherwise; never a fault, never without an end. */
import fc from 'fast-check'
import { loadDefinitions } from '../../../src/definitions/load.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { parameterIn } from '../../../src/search/custom/definition.ts'
import { readExpression } from '../../../src/search/custom/expression.ts'
import { infer } from '../../../src/search/custom/infer.ts'
import { judgeParameter } from '../../../src/search/custom/judge.ts'
import { createExtractor } from '../../../src/search/extract.ts'
import { withParameters } from '../../../src/search/parameters.ts'
import { compileRoutes } from '../../../src/search/route.ts'

const definitions = loadDefinitions()

const parameter = (type: string, expression: string, base = 'Patient') => ({
  resourceType: 'SearchParameter', url: 'http://x.example/own', status: 'active', code: 'own', base: [base], type, expression,
})

/** Entries of the parameter, which must be one that is taken. */
const indexed = (type: string, expression: string, resource: Resource) => {
  const own = parameter(type, expression, resource.resourceType)
  expect(judgeParameter(definitions, own)).toEqual([])
  return createExtractor(withParameters(definitions, [parameterIn(own)]))(resource).entries.filter(({ param }) => param === 'own')
}

const ann: Resource = {
  resourceType: 'Patient', birthDate: '1950-02-01',
  _birthDate: { extension: [{ url: 'http://x.example/time', valueDateTime: '1950-02-01T04:05:00Z' }] },
  name: [{ use: 'official', family: 'Moor' }, { use: 'old', family: 'Hill' }],
  telecom: [{ system: 'phone', use: 'home', value: '01772 1' }, { system: 'phone', use: 'work', value: '01772 2' }],
  generalPractitioner: [{ reference: 'Organization/1' }, { reference: 'Practitioner/2' }],
  extension: [{ url: 'http://x.example/race', extension: [{ url: 'ombCategory', valueCoding: { system: 's', code: 'c' } }] }],
}

describe('a custom parameter indexes', () => {
  it.each([
    ['the first of several', 'string', 'Patient.name.first().family', [{ exact: 'Moor' }]],
    ['what a criterion of two parts selects', 'token', 'Patient.telecom.where(system = \'phone\' and use = \'work\')', [{ code: '017722' }]],
    ['references to one type', 'reference', 'Patient.generalPractitioner.where(resolve() is Practitioner)', [{ type: 'Practitioner', id: '2' }]],
    ['references to one type, whatever the spaces', 'reference', 'Patient.generalPractitioner.where(resolve()  is  Practitioner and true)', [{ id: '2' }]],
    ['the answer to a question', 'token', 'Patient.photo.exists()', [{ code: 'false' }]],
    ['a count', 'number', 'Patient.name.count()', [{ value: 2 }]],
    ['an extension inside an extension', 'token', 'Patient.extension.where(url = \'http://x.example/race\').extension.value.code', [{ code: 'c' }]],
    ['an extension of a primitive', 'date', 'Patient.birthDate.extension(\'http://x.example/time\').value.ofType(dateTime)', [{ low: Date.UTC(1950, 1, 1, 4, 5) }]],
    ['an extension of a primitive, by its url', 'date', 'Patient.birthDate.extension.where(url = \'http://x.example/time\').value', [{ low: Date.UTC(1950, 1, 1, 4, 5) }]],
  ])('%s', (_what, type, expression, entries) => {
    expect(indexed(type, expression, ann)).toMatchObject(entries)
    expect(indexed(type, expression, ann)).toHaveLength(entries.length)
  })

  it('combinations of a composite with parts of its own', () => {
    const kin = parameterIn({ ...parameter('token', 'Patient.contact.relationship'), code: 'kin', url: 'http://x.example/kin' })
    const pair = {
      ...parameter('composite', 'Patient.contact'), component: [
        { definition: 'http://x.example/kin', expression: 'relationship' },
        { definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'gender' },
      ],
    }
    const all = withParameters(definitions, [kin, parameterIn(pair)])
    expect(judgeParameter(all, pair)).toEqual([])
    const contact = [{ relationship: [{ coding: [{ code: 'N' }] }], gender: 'female' }, { relationship: [{ coding: [{ code: 'E' }] }] }]
    expect(createExtractor(all)({ resourceType: 'Patient', contact }).entries.filter(({ param }) => param === 'own'))
      .toMatchObject(['N', 'n'].map(code => ({ kind: 'composite', parts: [{ code }, { code: 'female' }] })))
  })
})

it('what is told of an expression is what R4\'s own parameters lead to', () => {
  let compared = 0
  for (const type of definitions.resourceTypes) {
    for (const { expression = '', code } of definitions.searchParameters(type).values()) {
      // Not written as other servers would read it: too long, relative, or with a function that is not FHIRPath.
      if (expression.length > 1_000 || !/^[(A-Z]/.test(expression) || expression.includes('hasExtension')) continue
      const walked = compileRoutes(definitions, type, expression)
      if (walked === undefined) continue
      const told = infer(definitions, type, readExpression(expression))
      expect([type, code, new Set(told.map(route => route.type))]).toEqual([type, code, new Set(walked.map(route => route.type))])
      compared += 1
    }
  }
  expect(compared).toBeGreaterThan(2_000)
})

describe('whatever is sent', () => {
  const word = fc.constantFrom('Patient', 'name', 'family', 'given', 'contact', 'extension', 'value', 'where', 'exists', 'first', 'resolve', 'repeat',
    'ofType', 'as', 'is', 'HumanName', 'string', '\'x\'', '1', '(', ')', '.', '|', '=', 'and', '[', ']', '%resource', '$this', '`', ',', ' ')
  const text = fc.oneof(fc.array(word, { maxLength: 30 }).map(words => words.join('')), fc.string({ maxLength: 60 }))

  it('is judged without a fault, and what is taken is indexed without one', () => {
    fc.assert(fc.property(text, fc.constantFrom('string', 'token', 'date', 'reference', 'composite', 'nonsense'), (expression, type) => {
      const own = parameter(type, expression)
      const refused = judgeParameter(definitions, own)
      if (refused.length > 0) return refused.every(({ code, expression: at }) => code === 'search-parameter-unusable' && at.length === 1)
      return createExtractor(withParameters(definitions, [parameterIn(own)]))(ann).entries.length >= 0
    }), { numRuns: 500 })
  })

  it('is indexed in time that grows with the resource and not faster', () => {
    const nested = 'Patient.contact.where(name.where(given.where($this = \'a\').exists()).exists() and telecom.where(value.exists()).exists()).telecom'
    const milliseconds = (size: number): number => {
      const contact = Array.from({ length: size }, (_, index) => (
        { name: { given: ['a', `b${index}`] }, telecom: [{ system: 'phone', value: `${index}` }] }))
      const extract = createExtractor(withParameters(definitions, [parameterIn(parameter('token', nested))]))
      const before = process.cpuUsage()
      expect(extract({ resourceType: 'Patient', contact }).entries.filter(({ param }) => param === 'own')).toHaveLength(size)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1_000
    }
    milliseconds(50)
    // Ten times the contacts: ten times the work and some room for noise; squared it would be a hundred times.
    expect(milliseconds(1_000)).toBeLessThan(40 * Math.max(milliseconds(100), 5))
  })
})
