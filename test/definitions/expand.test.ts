/** The rules of composition (https://hl7.org/fhir/R4/valueset.html#compositions), one at a time. */
import type { CodeSystem as RawCodeSystem, ValueSet as RawValueSet, ValueSetCompose, ValueSetComposeIncludeFilter } from 'fhir/r4.js'
import { definitionsIn, type Definition, type DefinitionResource } from '../../src/definitions/definition.ts'
import { readValueSet } from '../../src/definitions/expand.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { withDefinitions } from '../../src/definitions/overlay.ts'

const visits: RawCodeSystem = {
  resourceType: 'CodeSystem', url: 'urn:visits', status: 'active', content: 'complete', caseSensitive: true,
  property: [{ code: 'colour', type: 'string' }, { code: 'weight', type: 'integer' }],
  concept: [
    { code: 'visit', display: 'Visit', concept: [
      { code: 'home', display: 'Home visit', property: [{ code: 'colour', valueString: 'red' }], concept: [{ code: 'care-home', display: 'Care home visit' }] },
      { code: 'clinic', display: 'Clinic visit', property: [{ code: 'colour', valueString: 'blue' }] },
    ] },
    { code: 'call', display: 'Call', concept: [{ code: 'video', display: 'Video call' }] },
    { code: 'both', display: 'Visit and call', property: [
      { code: 'subsumedBy', valueCode: 'visit' }, { code: 'subsumedBy', valueCode: 'call' }, { code: 'status', valueCode: 'retired' },
    ] },
  ],
}
const base = loadDefinitions()
const CODES_OF_VISITS = 7

const valueSet = (url: string, more: Partial<RawValueSet>): RawValueSet => ({ resourceType: 'ValueSet', url, status: 'active', ...more })
const composed = (url: string, compose: ValueSetCompose, more: Partial<RawValueSet> = {}): RawValueSet => valueSet(url, { compose, ...more })

/** What these make of a value set, over the definitions of R4. */
const expand = (url: string, ...resources: readonly DefinitionResource[]) => withDefinitions(base, [visits, ...resources].flatMap(definitionsIn)).valueSet(url)
const codes = (url: string, ...resources: readonly DefinitionResource[]): readonly string[] => {
  const found = expand(url, ...resources)
  return found?.kind === 'expanded' ? [...found.codes].flatMap(([, members]) => [...members.keys()]) : [`${found?.kind}`]
}
const reason = (url: string, ...resources: readonly DefinitionResource[]): string => {
  const found = expand(url, ...resources)
  return found?.kind === 'unknown' ? found.reason : `${found?.kind}`
}
const filtered = (op: ValueSetComposeIncludeFilter['op'], value: string, property = 'concept'): RawValueSet =>
  composed('urn:filtered', { include: [{ system: 'urn:visits', filter: [{ property, op, value }] }] })

it('includes a whole system, or the listed concepts of one', () => {
  expect(codes('urn:all', composed('urn:all', { include: [{ system: 'urn:visits' }] }))).toHaveLength(CODES_OF_VISITS)
  expect(codes('urn:listed', composed('urn:listed', { include: [{ system: 'urn:visits', concept: [{ code: 'call' }] }] }))).toEqual(['call'])
  expect(codes('urn:other', composed('urn:other', { include: [{ system: 'urn:elsewhere', concept: [{ code: 'x' }] }] }))).toEqual(['x'])
})

it('takes a display from the set, else from the system', () => {
  const found = expand('urn:displays', composed('urn:displays', {
    include: [{ system: 'urn:visits', concept: [{ code: 'call' }, { code: 'video', display: 'By video' }] }],
  }))
  expect(found?.kind === 'expanded' && [...found.codes.get('urn:visits') ?? []]).toEqual([['call', 'Call'], ['video', 'By video']])
})

describe('filters', () => {
  it.each([
    ['is-a', 'visit', ['visit', 'home', 'care-home', 'clinic', 'both']],
    ['descendent-of', 'visit', ['home', 'care-home', 'clinic', 'both']],
    ['is-not-a', 'visit', ['call', 'video']],
    ['generalizes', 'care-home', ['visit', 'home', 'care-home']],
    ['generalizes', 'both', ['visit', 'call', 'both']],
    ['=', 'home', ['home']],
    ['in', 'home,call', ['home', 'call']],
    ['not-in', 'home, call,visit,both', ['care-home', 'clinic', 'video']],
    ['regex', '.*home', ['home', 'care-home']],
  ] as const)('%s %s', (op, value, expected) => {
    expect(codes('urn:filtered', filtered(op, value))).toEqual(expected)
  })

  it.each([
    ['colour', '=', 'red', ['home']],
    ['colour', 'in', 'red,blue', ['home', 'clinic']],
    ['colour', 'not-in', 'red', ['visit', 'care-home', 'clinic', 'call', 'video', 'both']],
    ['colour', 'exists', 'true', ['home', 'clinic']],
    ['colour', 'exists', 'false', ['visit', 'care-home', 'call', 'video', 'both']],
    ['weight', 'exists', 'true', []],
    ['colour', 'regex', '.*e.*', ['home', 'clinic']],
    ['display', 'regex', 'Video.*', ['video']],
    ['parent', '=', 'call', ['video', 'both']],
    ['child', '=', 'care-home', ['home']],
    ['inactive', '=', 'true', ['both']],
  ] as const)('by the property %s %s %s', (property, op, value, expected) => {
    expect(codes('urn:filtered', filtered(op, value, property))).toEqual(expected)
  })

  it.each([
    ['a property that the system does not define', filtered('=', '3', 'size'), 'size'],
    ['a code that the system does not have', filtered('is-a', 'nowhere'), 'no such code'],
    ['a pattern that is none', filtered('regex', '(home'), 'regular expression'],
    ['kinds of something else than concepts', filtered('is-a', 'red', 'colour'), 'only concepts'],
  ])('does not guess at %s', (_what, set, expected) => {
    expect(reason('urn:filtered', set)).toContain(expected)
  })

  it('does not take parts for kinds', () => {
    const parts: RawCodeSystem = { ...visits, url: 'urn:parts', hierarchyMeaning: 'part-of' }
    const set = composed('urn:of-parts', { include: [{ system: 'urn:parts', filter: [{ property: 'concept', op: 'is-a', value: 'visit' }] }] })
    expect(reason('urn:of-parts', parts, set)).toContain('part-of')
  })

  it('stops a pattern that would never end', () => {
    const trap: RawCodeSystem = { ...visits, url: 'urn:trap', concept: [{ code: 'a'.repeat(60) }] }
    const set = composed('urn:trapped', { include: [{ system: 'urn:trap', filter: [{ property: 'code', op: 'regex', value: '(a+)+b' }] }] })
    expect(reason('urn:trapped', trap, set)).toContain('takes longer')
  })
})

it('intersects the parts of one include and unites includes', () => {
  const [visit, call] = (['visit', 'call'] as const).map(value =>
    composed(`urn:${value}`, { include: [{ system: 'urn:visits', filter: [{ property: 'concept', op: 'is-a', value }] }] }, { version: '1.0' })) as [RawValueSet, RawValueSet]
  expect(codes('urn:both', visit, call, composed('urn:both', { include: [{ valueSet: ['urn:visit', 'urn:call|1.0'] }] }))).toEqual(['both'])
  const union = composed('urn:union', { include: [{ valueSet: ['urn:call'] }, { system: 'urn:visits', concept: [{ code: 'home' }] }] })
  expect(codes('urn:union', call, union)).toEqual(['call', 'video', 'both', 'home'])
})

it('takes away what is excluded, and what is inactive where the set asks for that', () => {
  expect(codes('urn:excluded', composed('urn:excluded', {
    include: [{ system: 'urn:visits' }],
    exclude: [{ system: 'urn:visits', filter: [{ property: 'concept', op: 'is-a', value: 'visit' }] }],
  }))).toEqual(['call', 'video'])
  expect(codes('urn:active', composed('urn:active', { inactive: false, include: [{ system: 'urn:visits' }] }))).not.toContain('both')
})

it('takes a system and an import in the version that is named, and no other', () => {
  const second = { ...visits, version: '2', concept: [{ code: 'new' }] }
  const first = { ...visits, version: '1' }
  const of = (version: string) => composed(`urn:v${version}`, { include: [{ system: 'urn:visits', version }] }, { version })
  expect(codes('urn:v1', first, second, of('1'))).toHaveLength(CODES_OF_VISITS)
  expect(codes('urn:v2', first, second, of('2'))).toEqual(['new'])
  expect(reason('urn:v3', { ...visits, version: '1' }, of('3'))).toContain('not in 3')
  expect(reason('urn:pinned', of('2'), composed('urn:pinned', { include: [{ valueSet: ['urn:v2|1'] }] }))).toContain('urn:v2|1')
})

it('takes the newest version where none is named', () => {
  const of = (version: string, code: string) => composed('urn:set', { include: [{ system: 'urn:x', concept: [{ code }] }] }, { version })
  expect(codes('urn:set', of('1.9.0', 'old'), of('1.10.0-draft', 'draft'), of('1.10.0', 'new'))).toEqual(['new'])
  expect(codes('urn:set|1.9.0', of('1.9.0', 'old'), of('1.10.0', 'new'))).toEqual(['old'])
})

it('finds value sets that are contained', () => {
  const inner = { ...composed('urn:inner', { include: [{ system: 'urn:visits', concept: [{ code: 'call' }] }] }), id: 'inner' }
  const outer = composed('urn:outer', { include: [{ valueSet: ['#inner'] }] }, { contained: [inner] })
  expect(codes('urn:outer', outer)).toEqual(['call'])
})

it('is unknown when an import is, when it is absent, or when it imports itself', () => {
  expect(reason('urn:imports', composed('urn:imports', { include: [{ valueSet: ['urn:absent'] }] }))).toContain('urn:absent')
  expect(reason('urn:circle', composed('urn:circle', { include: [{ valueSet: ['urn:circle'] }] }))).toContain('imports itself')
  const ring = ['a', 'b'].map((name, i) => composed(`urn:${name}`, { include: [{ valueSet: [`urn:${'ba'[i]}`] }] }))
  expect([codes('urn:a', ...ring), codes('urn:b', ...ring)]).toEqual([['unknown'], ['unknown']])
  expect(expand('urn:absent')).toBeUndefined()
})

it('does not take a fragment, or a supplement, for a code system', () => {
  const set = composed('urn:part', { include: [{ system: 'urn:fragment' }] })
  expect(reason('urn:part', { ...visits, url: 'urn:fragment', content: 'fragment' }, set)).toContain('complete')
  expect(reason('urn:part', { ...visits, url: 'urn:fragment', content: 'supplement', supplements: 'urn:visits' }, set)).toContain('supplement')
})

it('uses what a supplement says of a system where the set asks for it', () => {
  const sizes: RawCodeSystem = {
    resourceType: 'CodeSystem', url: 'urn:sizes', status: 'active', content: 'supplement', supplements: 'urn:visits',
    concept: [{ code: 'call', property: [{ code: 'size', valueInteger: 3 }] }],
  }
  const asking = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/valueset-supplement', valueCanonical: 'urn:sizes' }] }
  const compose: ValueSetCompose = { include: [{ system: 'urn:visits', filter: [{ property: 'size', op: '=', value: '3' }] }] }
  expect(codes('urn:sized', sizes, composed('urn:sized', compose, asking))).toEqual(['call'])
  expect(reason('urn:sized', sizes, composed('urn:sized', compose))).toContain('size')
  expect(reason('urn:sized', composed('urn:sized', compose, asking))).toContain('urn:sizes')
})

describe('an expansion', () => {
  const contains = [{ system: 'urn:other', code: 'group', abstract: true, contains: [{ system: 'urn:other', code: 'a' }] }, { system: 'urn:other', code: 'b' }]
  const expansion = { timestamp: '2019-11-01', contains }
  const by = (system: string, more: Partial<RawValueSet['expansion']> = {}): RawValueSet =>
    valueSet('urn:set', { compose: { include: [{ system }] }, expansion: { ...expansion, ...more } })

  it('stands in for systems that are not held here, and for a compose that is not there', () => {
    expect(codes('urn:set', by('http://snomed.info/sct'))).toEqual(['a', 'b'])
    expect(codes('urn:set', valueSet('urn:set', { expansion }))).toEqual(['a', 'b'])
  })

  it('does not stand in for what can be composed', () => {
    expect(codes('urn:set', by('urn:visits'))).toHaveLength(CODES_OF_VISITS)
  })

  it.each([
    ['cut short', { total: 3000 }],
    ['limited', { parameter: [{ name: 'limitedExpansion', valueBoolean: true }] }],
    ['a later page', { offset: 100 }],
    ['unclosed', { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/valueset-unclosed', valueBoolean: true }] }],
  ])('is not trusted when it is %s', (_what, more) => {
    expect(codes('urn:set', by('urn:other', more))).toEqual(['unknown'])
    expect(reason('urn:set', valueSet('urn:set', { expansion: { ...expansion, ...more } }))).toContain('only a part')
  })

  it('of HL7 is not trusted with a terminology that has editions', () => {
    const published = (system: string): readonly Definition[] =>
      [{ kind: 'ValueSet', url: 'urn:set', version: undefined, source: { ...readValueSet(by(system)), isPublished: true } }]
    expect(withDefinitions(base, published('urn:other')).valueSet('urn:set')?.kind).toBe('expanded')
    expect(withDefinitions(base, published('http://snomed.info/sct')).valueSet('urn:set')?.kind).toBe('unknown')
  })
})
