/** The rules of composition (https://hl7.org/fhir/R4/valueset.html#compositions), one at a time. */
import type { CodeSystem as RawCodeSystem, ValueSet as RawValueSet, ValueSetCompose, ValueSetComposeIncludeFilter } from 'fhir/r4.js'
import { readCodeSystem } from '../../src/definitions/build/code-systems.ts'
import { expander } from '../../src/definitions/build/expand.ts'

const visits: RawCodeSystem = {
  resourceType: 'CodeSystem', url: 'urn:visits', status: 'active', content: 'complete', caseSensitive: true,
  concept: [
    { code: 'visit', display: 'Visit', concept: [
      { code: 'home', display: 'Home visit', concept: [{ code: 'care-home', display: 'Care home visit' }] },
      { code: 'clinic', display: 'Clinic visit' },
    ] },
    { code: 'call', display: 'Call', concept: [{ code: 'video', display: 'Video call' }] },
    { code: 'both', display: 'Visit and call', property: [
      { code: 'subsumedBy', valueCode: 'visit' }, { code: 'subsumedBy', valueCode: 'call' },
    ] },
  ],
}

const sets: Record<string, ValueSetCompose> = {}
const set = (url: string, compose: ValueSetCompose): string => {
  sets[url] = compose
  return url
}
const published: Record<string, RawValueSet> = {}
const systems = new Map([visits].map(raw => [raw.url, readCodeSystem(raw)]))
const expand = (url: string) => expander({
  codeSystem: system => systems.get(system),
  valueSet: name => (sets[name] ? { resourceType: 'ValueSet', url: name, status: 'active', compose: sets[name] } : undefined),
  published: name => published[name],
})(url)
const codes = (url: string): string[] => {
  const found = expand(url)
  return found.kind === 'expanded' ? [...found.codes].flatMap(([, members]) => [...members.keys()]) : [found.kind]
}
const filtered = (op: ValueSetComposeIncludeFilter['op'], value: string, property = 'concept'): ValueSetCompose =>
  ({ include: [{ system: 'urn:visits', filter: [{ property, op, value }] }] })

it('includes a whole system, or the listed concepts of one', () => {
  expect(codes(set('urn:all', { include: [{ system: 'urn:visits' }] }))).toHaveLength(7)
  expect(codes(set('urn:listed', { include: [{ system: 'urn:visits', concept: [{ code: 'call' }] }] }))).toEqual(['call'])
  expect(codes(set('urn:elsewhere', { include: [{ system: 'urn:elsewhere', concept: [{ code: 'x' }] }] }))).toEqual(['x'])
})

it('takes a display from the set, else from the system', () => {
  const found = expand(set('urn:displays', {
    include: [{ system: 'urn:visits', concept: [{ code: 'call' }, { code: 'video', display: 'By video' }] }],
  }))
  expect(found.kind === 'expanded' && [...found.codes.get('urn:visits') ?? []]).toEqual([['call', 'Call'], ['video', 'By video']])
})

it.each([
  ['is-a', 'visit', ['visit', 'home', 'care-home', 'clinic', 'both']],
  ['descendent-of', 'visit', ['home', 'care-home', 'clinic', 'both']],
  ['is-not-a', 'visit', ['call', 'video']],
  ['=', 'home', ['home']],
  ['in', 'home,call', ['home', 'call']],
  ['not-in', 'home,call,visit,both', ['care-home', 'clinic', 'video']],
  ['regex', '.*home', ['home', 'care-home']],
] as const)('filters by %s %s', (op, value, expected) => {
  expect(codes(set(`urn:filter-${op}`, filtered(op, value)))).toEqual(expected)
})

it('does not guess at a filter it cannot evaluate', () => {
  expect(expand(set('urn:property', filtered('=', 'red', 'colour'))))
    .toMatchObject({ kind: 'unknown', reason: expect.stringContaining('colour') })
  expect(codes(set('urn:generalizes', filtered('generalizes', 'home')))).toEqual(['unknown'])
})

it('intersects the parts of one include and unites includes', () => {
  set('urn:visit', filtered('is-a', 'visit'))
  set('urn:call', filtered('is-a', 'call'))
  expect(codes(set('urn:intersection', { include: [{ valueSet: ['urn:visit', 'urn:call|1.0'] }] }))).toEqual(['both'])
  expect(codes(set('urn:union', { include: [{ valueSet: ['urn:call'] }, { system: 'urn:visits', concept: [{ code: 'home' }] }] })))
    .toEqual(['call', 'video', 'both', 'home'])
})

it('takes away what is excluded', () => {
  expect(codes(set('urn:excluded', {
    include: [{ system: 'urn:visits' }],
    exclude: [{ system: 'urn:visits', filter: [{ property: 'concept', op: 'is-a', value: 'visit' }] }],
  }))).toEqual(['call', 'video'])
})

it('is unknown when an import is, when it is absent, or when it imports itself', () => {
  expect(codes(set('urn:imports-unknown', { include: [{ valueSet: ['urn:absent'] }] }))).toEqual(['unknown'])
  expect(codes(set('urn:circle', { include: [{ valueSet: ['urn:circle'] }] }))).toEqual(['unknown'])
  expect(codes('urn:absent')).toEqual(['unknown'])
})

describe('a published expansion', () => {
  const expansion = { timestamp: '2019-11-01', contains: [{ system: 'urn:other', code: 'a' }, { system: 'urn:other', code: 'b' }] }
  const publish = (url: string, system: string, more: Partial<RawValueSet['expansion']> = {}): string => {
    published[url] = { resourceType: 'ValueSet', url, status: 'active', expansion: { ...expansion, ...more } }
    return set(url, { include: [{ system }] })
  }

  it('stands in for a system that is not held here', () => {
    expect(codes(publish('urn:published', 'urn:other'))).toEqual(['a', 'b'])
  })

  it('is not trusted when it was cut short', () => {
    expect(codes(publish('urn:cut', 'urn:other', { total: 3000 }))).toEqual(['unknown'])
    const limited = { parameter: [{ name: 'limitedExpansion', valueBoolean: true }] }
    expect(codes(publish('urn:limited', 'urn:other', limited))).toEqual(['unknown'])
  })

  it('is not trusted for a terminology with editions', () => {
    expect(codes(publish('urn:snomed', 'http://snomed.info/sct'))).toEqual(['unknown'])
  })
})
