/** Asking a query of one resource, through parser, extraction and comparison, as every store would answer it. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { FhirError } from '../../src/fhir/outcomes.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createExtractor } from '../../src/search/extract.ts'
import { matchesCondition } from '../../src/search/match.ts'
import { parseSearch, type ParsedSearch, type ParseOptions } from '../../src/search/parse.ts'
import type { Condition, Test } from '../../src/search/plan.ts'

export const definitions = loadDefinitions()
export const BASE = 'https://hub.example/fhir'
export const NOW = Date.UTC(2026, 10, 24, 12)

const extract = createExtractor(definitions, { bases: [BASE] })

/** `Task?status=requested` as written, without percent-encoding; values may hold anything but `&`. */
export const parse = (search: string, options: Partial<ParseOptions> = {}): ParsedSearch => {
  const type = search.slice(0, search.indexOf('?'))
  const query = search.slice(type.length + 1)
  const pairs = query === '' ? [] : query.split('&').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  const types = type === '' ? [...definitions.resourceTypes] : [type]
  return parseSearch(definitions, types, pairs, { now: NOW, strict: true, base: BASE, ...options })
}

export const where = (search: string): Condition => parse(search).plan.where

/** The tests of a query with one parameter, alternatives side by side. */
export const testsIn = (search: string): readonly Test[] => {
  const found = (condition: Condition): readonly Test[] =>
    condition.kind === 'match' ? [condition.test] : condition.kind === 'any-of' ? condition.of.flatMap(found) : []
  return found(where(search))
}

/** Whether the resource (updated at NOW) is a match of the query, which names parameters of its type. */
export const finds = (resource: object, query: string): boolean => {
  const subject = resource as Resource
  return matchesCondition(
    where(`${subject.resourceType}?${query}`),
    { type: subject.resourceType, id: subject.id ?? '1', lastUpdated: NOW }, extract(subject),
  )
}

export const extracted = (resource: object) => extract(resource as Resource)

/** The error a query is refused with. */
export const refusal = (search: string, options: Partial<ParseOptions> = {}): FhirError => {
  try {
    parse(search, options)
  } catch (error) {
    if (error instanceof FhirError) return error
    throw error
  }
  throw new Error(`${search} was not refused`)
}
