/**
 * Whether a ValueSet can take effect: it must not refer to itself, directly or through others, and its patterns must be some.
 * One that cannot be expanded here is taken: codes bound to it are not checked, and never called right.
 */
import type { ValueSet as RawValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import { withoutVersion } from '../../definitions/canonical.ts'
import type { Definition } from '../../definitions/definition.ts'
import { unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import type { Surroundings } from './judge.ts'

interface Selection {
  readonly at: string
  readonly of: ValueSetComposeInclude
}

const selections = ({ compose }: Pick<RawValueSet, 'compose'>): readonly Selection[] => [
  ...(compose?.include ?? []).map((of, i) => ({ at: `ValueSet.compose.include[${i}]`, of })),
  ...(compose?.exclude ?? []).map((of, i) => ({ at: `ValueSet.compose.exclude[${i}]`, of })),
]

export const judgeValueSet = ({ own }: Surroundings, set: RawValueSet): readonly Issue[] =>
  selections(set).flatMap(({ at, of }) => [
    ...(of.valueSet ?? []).flatMap((canonical, i) => {
      const way = wayBack(own, canonical, set.url ?? '')
      return way === undefined ? [] : [unusableDefinition('definition-circular', `${at}.valueSet[${i}]`,
        `the value set refers to itself by ${way.join(', which imports ')}; take that import out, or name the codes`)]
    }),
    ...(of.filter ?? []).flatMap(({ op, value }, i) => (op !== 'regex' || isPattern(value) ? [] : [
      unusableDefinition('definition-filter', `${at}.filter[${i}].value`, `"${value.slice(0, 80)}" is no regular expression; correct it, or name the codes`)])),
  ])

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

/** The value sets from an import back to `url`, in order; undefined where none leads there. */
const wayBack = (own: readonly Definition[], from: string, url: string): readonly string[] | undefined => {
  const sets = new Map(own.flatMap(one => (one.kind === 'ValueSet' ? [[one.url, one.source] as const] : [])))
  const seen = new Set<string>()
  const pending: (readonly string[])[] = [[withoutVersion(from)]]
  for (let way = pending.pop(); way !== undefined; way = pending.pop()) {
    const last = way.at(-1)!
    if (last === url) return way
    if (seen.has(last)) continue
    seen.add(last)
    const source = sets.get(last)
    for (const { of } of source === undefined ? [] : selections(source)) {
      for (const canonical of of.valueSet ?? []) pending.push([...way, withoutVersion(canonical)])
    }
  }
  return undefined
}
