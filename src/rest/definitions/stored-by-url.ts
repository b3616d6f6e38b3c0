/**
 * Stored definitions by what they are called, many at once: each question becomes an expectation of the commit, and is asked
 * of every change of the unit as well.
 */
import type { DefinitionResource } from '../../definitions/definition.ts'
import type { Condition } from '../../search/plan.ts'
import type { Unit } from '../unit.ts'
import { definitionIn } from './in-effect.ts'

/** A transaction of 1,000 asks 20 times, and no question is long. */
const AT_ONCE = 50

/** Those in effect with one of these urls. */
export const withUrl = async (unit: Unit, type: string, urls: readonly string[]): Promise<readonly DefinitionResource[]> => {
  const resources: DefinitionResource[] = []
  for (let from = 0; from < urls.length; from += AT_ONCE) {
    const where: Condition = {
      kind: 'any-of',
      of: urls.slice(from, from + AT_ONCE).map(uri => ({ kind: 'match', param: 'url', test: { kind: 'uri', match: 'exact', uri } })),
    }
    resources.push(...(await unit.find(type, where)).flatMap(resource => definitionIn(resource) ?? []))
  }
  return resources
}
