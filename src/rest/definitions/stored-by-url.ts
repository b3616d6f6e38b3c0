/**
 * Stored definitions by what they are called or derive from, many at once: each question becomes an expectation of the commit,
 * and is asked of every change of the unit as well.
 */
import type { DefinitionResource } from '../../definitions/definition.ts'
import type { Condition, Test } from '../../search/plan.ts'
import type { Unit } from '../unit.ts'
import { definitionIn } from './in-effect.ts'

/** A transaction of 1,000 asks 20 times, and no question is long. */
const AT_ONCE = 50

const found = async (unit: Unit, type: string, tests: readonly { readonly param: string; readonly test: Test }[]): Promise<readonly DefinitionResource[]> => {
  const resources: DefinitionResource[] = []
  for (let from = 0; from < tests.length; from += AT_ONCE) {
    const where: Condition = { kind: 'any-of', of: tests.slice(from, from + AT_ONCE).map(one => ({ kind: 'match', ...one })) }
    resources.push(...(await unit.find(type, where)).flatMap(resource => definitionIn(resource) ?? []))
  }
  return resources
}

/** Those in effect with one of these urls. */
export const withUrl = (unit: Unit, type: string, urls: readonly string[]): Promise<readonly DefinitionResource[]> =>
  found(unit, type, urls.map(uri => ({ param: 'url', test: { kind: 'uri', match: 'exact', uri } })))

/** Structures in effect that derive from one of these. */
export const derivedFrom = (unit: Unit, urls: readonly string[]): Promise<readonly DefinitionResource[]> =>
  found(unit, 'StructureDefinition', urls.map(url => ({ param: 'base', test: { kind: 'url', url } })))
