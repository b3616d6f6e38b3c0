/** Every subset of R4's official examples, against the snapshots that R4 publishes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { loadDefinitions } from '../../../src/definitions/load.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { shapeOf, showing } from '../../../src/rest/shape/shape.ts'
import type { StoredVersion } from '../../../src/store/store.ts'
import { EXAMPLES, isNeeded, published, snapshot, summaryOf, tagged } from './oracle.ts'

const definitions = loadDefinitions()
const present = existsSync(EXAMPLES)

/** The few larger ones (terminologies, the search parameters as one Bundle) have no shape that others lack. */
const LARGEST = 60_000

const files = present ? readdirSync(EXAMPLES).filter(name => name.endsWith('.json') && name !== 'package.json' && !name.startsWith('.')) : []
const examples = files.filter(name => statSync(new URL(name, EXAMPLES)).size < LARGEST)
  .map(name => JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8')) as Resource)
  .filter(({ resourceType }) => definitions.resourceTypes.has(resourceType))

const stored = (resource: Resource): StoredVersion => ({
  ref: { type: resource.resourceType, id: String(resource.id) }, version: 1, lastUpdated: '2026-11-24T10:15:00.000Z',
  deleted: false, method: 'PUT', json: JSON.stringify(resource), caseId: undefined, sequence: 1,
})

const differences = (shape: Parameters<typeof shapeOf>[0], expected: (resource: Resource) => unknown): readonly string[] => {
  const show = showing(definitions, shapeOf(shape))
  return examples.flatMap(resource => {
    const subset = show(stored(resource)).json
    const wanted = JSON.stringify(sorted(expected(resource)))
    return JSON.stringify(sorted(JSON.parse(subset))) === wanted ? [] : [`${resource.resourceType}/${resource.id}: ${subset} is not ${wanted}`.slice(0, 2000)]
  })
}

/** Members by name: their order says nothing. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, member]) => [name, sorted(member)]))
}

const topLevel = (resource: Resource, isShown: (name: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => name === 'resourceType' || isShown(name)))

const needs = (resource: Resource, name: string): boolean => {
  const found = published(resource.resourceType, resource.resourceType, name)
  return found !== undefined && isNeeded(found.element)
}

const TITLE = "R4's examples (skipped where the package hl7.fhir.r4.examples is not installed)"
;(present ? describe : describe.skip)(TITLE, () => {
  it('of nearly every type are there', () => {
    expect(new Set(examples.map(({ resourceType }) => resourceType)).size).toBeGreaterThan(130)
  })

  it('_summary=true: elements that are in the summary or mandatory or modify, at every level, and no others', () => {
    expect(differences({ summary: 'true' }, resource => tagged(summaryOf(resource, resource.resourceType)))).toEqual([])
  })

  it('_summary=text: text, id, meta and mandatory elements', () => {
    const isShown = (resource: Resource) => (name: string): boolean => ['text', 'id', 'meta'].includes(name)
      || (published(resource.resourceType, resource.resourceType, name)?.element.min ?? 0) > 0
    expect(differences({ summary: 'text' }, resource => tagged(topLevel(resource, isShown(resource))))).toEqual([])
  })

  it('_summary=data: all but the text', () => {
    expect(differences({ summary: 'data' }, resource => tagged(topLevel(resource, name => name !== 'text')))).toEqual([])
  })

  it('_elements: those, mandatory and modifier elements, id and meta', () => {
    const asked = ['identifier', 'status', 'code', 'subject', 'value', 'name', 'onset[x]', 'deceasedBoolean']
    const isAsked = (resource: Resource) => (name: string): boolean => {
      if (['id', 'meta'].includes(name) || needs(resource, name)) return true
      const element = published(resource.resourceType, resource.resourceType, name)?.element.path.split('.')[1] ?? ''
      return asked.some(path => [element, element.replace('[x]', ''), name.replace(/^_/, '')].includes(path))
    }
    expect(differences({ elements: asked }, resource => tagged(topLevel(resource, isAsked(resource))))).toEqual([])
  })

  it('knows the elements of every type as R4 publishes them', () => {
    const unlike = [...definitions.resourceTypes].filter(type =>
      snapshot(type).filter(({ path }) => path.split('.').length === 2).length !==
      definitions.type(type)?.elements.filter(({ path }) => path.split('.').length === 2).length)
    expect(unlike).toEqual([])
  })
})
