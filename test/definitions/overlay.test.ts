/** Definitions laid over others: what is found, and what stays the same object because nobody touched it. */
import type { StructureDefinition as RawStructure, ValueSet as RawValueSet } from 'fhir/r4.js'
import { newestFirst } from '../../src/definitions/canonical.ts'
import { definitionsIn, type DefinitionResource } from '../../src/definitions/definition.ts'
import { keeping } from '../../src/definitions/kept.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { following, withDefinitions } from '../../src/definitions/overlay.ts'

const base = loadDefinitions()
const R4 = 'http://hl7.org/fhir/StructureDefinition'

const profile = (name: string, element: string, more: Partial<RawStructure> = {}): RawStructure => ({
  resourceType: 'StructureDefinition', url: `urn:${name}`, name, status: 'active', kind: 'resource', abstract: false, type: 'Basic',
  baseDefinition: `${R4}/Basic`, derivation: 'constraint', differential: { element: [{ id: `Basic.${element}`, path: `Basic.${element}`, min: 1 }] }, ...more,
})
const listing = (name: string, ...codes: readonly string[]): RawValueSet => ({
  resourceType: 'ValueSet', url: `urn:${name}`, status: 'active', compose: { include: [{ system: 'urn:system', concept: codes.map(code => ({ code })) }] } })
const importing = (name: string, other: string): RawValueSet => ({ resourceType: 'ValueSet', url: `urn:${name}`, status: 'active', compose: { include: [{ valueSet: [`urn:${other}`] }] } })
const read = (...resources: readonly DefinitionResource[]) => resources.flatMap(definitionsIn)

describe('definitions over others', () => {
  it('are found beside those below, and listed once', () => {
    const over = withDefinitions(base, read(profile('own', 'subject'), listing('set', 'a')))
    expect(over.structure('urn:own')?.elements.find(({ id }) => id === 'Basic.subject')?.min).toBe(1)
    expect(over.structure(`${R4}/Patient`)).toBe(base.structure(`${R4}/Patient`))
    expect(over.canonicals('StructureDefinition')).toHaveLength(base.canonicals('StructureDefinition').length + 1)
    expect(over.addedProfiles('Basic')).toEqual(['urn:own'])
    expect(withDefinitions(base, [])).toBe(base)
  })

  it('are not found where they cannot be made, whatever circle they are in', () => {
    const over = withDefinitions(base, read(profile('a', 'subject', { baseDefinition: 'urn:b' }), profile('b', 'author', { baseDefinition: 'urn:a' }), profile('c', 'subjekt')))
    expect(['urn:a', 'urn:b', 'urn:c'].map(url => over.structure(url))).toEqual([undefined, undefined, undefined])
  })

  it('stay the same objects where nothing they are made from has changed', () => {
    const kept = read(profile('kept', 'subject'), profile('derived', 'author', { baseDefinition: 'urn:base' }), listing('list', 'a'), importing('import', 'other'))
    const one = withDefinitions(base, [...kept, ...read(profile('base', 'subject'), listing('other', 'a'))])
    const before = ['urn:kept', 'urn:derived'].map(url => one.structure(url))
    const sets = ['urn:list', 'urn:import'].map(url => one.valueSet(url))
    const two = withDefinitions(base, [...kept, ...read(profile('base', 'created'), listing('other', 'b'))])
    expect(two.structure('urn:kept')).toBe(before[0])
    expect(two.valueSet('urn:list')).toBe(sets[0])
    expect(two.structure('urn:derived')?.elements.find(({ id }) => id === 'Basic.created')?.min).toBe(1)
    expect(two.valueSet('urn:import')).toMatchObject({ codes: new Map([['urn:system', new Map([['b', '']])]]) })
    expect(one.structure('urn:derived')).toBe(before[1])
  })

  it('may be followed as they change', () => {
    let current = base
    const now = following(() => current)
    expect(now.structure('urn:own')).toBeUndefined()
    const before = now.fingerprint
    current = withDefinitions(base, read(profile('own', 'subject')))
    expect([now.structure('urn:own')?.url, now.fingerprint === before]).toEqual(['urn:own', false])
  })
})

describe('what is kept with its answers', () => {
  it('is made again only for definitions that answer otherwise', () => {
    let made = 0
    const minimum = keeping((key: { readonly url: string }, from) => {
      made++
      return from.structure(key.url)?.elements.filter(({ min }) => min > 0).length
    })
    const key = { url: 'urn:own' }
    const own = read(profile('own', 'subject'))
    const one = withDefinitions(base, own)
    const two = withDefinitions(base, [...own, ...read(profile('another', 'author'))])
    expect([minimum(key, base), made]).toEqual([undefined, 1])
    expect([minimum(key, one), minimum(key, one), made]).toEqual([minimum(key, one), expect.any(Number), 2])
    expect([minimum(key, two), made]).toEqual([minimum(key, one), 2])
    minimum(key, withDefinitions(base, read(profile('own', 'author'))))
    expect(made).toBe(3)
  })
})

it('the newest version is found by its numbers, a release after its drafts, none last', () => {
  const versions = ['1.9', undefined, '2.0.0-beta.2', '10.0', '2.0.0', '2.0.0-beta.11', '2.0', 'STU3']
  expect(versions.toSorted(newestFirst)).toEqual(['STU3', '10.0', '2.0.0', '2.0.0-beta.11', '2.0.0-beta.2', '2.0', '1.9', undefined])
})
