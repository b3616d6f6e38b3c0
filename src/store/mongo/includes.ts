/**
 * `_include` and `_revinclude` of a page: resources the caller may see, each once, none that is itself a match.
 * References are read from what was indexed. R4: https://hl7.org/fhir/R4/search.html#include
 */
import { ONLY_BY_NAME, type Include, type SearchPlan } from '../../search/plan.ts'
import { MAX_INCLUDED, MAX_INCLUDE_DEPTH } from '../limits.ts'
import { visibleOf, type Compiling } from './compile/compiling.ts'
import { keyOf, type RefText, type ResourceDocument } from './documents.ts'

/** A resource as far as its references: where to go on from. */
export type Referring = Pick<ResourceDocument, '_id' | 'type' | 'references'>

/** What is included, in the order found, and whether some were left out. */
export const includedRefs = async (
  compiling: Compiling, plan: SearchPlan, matches: readonly Referring[],
): Promise<{ readonly refs: readonly RefText[]; readonly cut: boolean }> => {
  const seen = new Set(matches.map(({ _id }) => _id))
  const refs: RefText[] = []
  let frontier: readonly Referring[] = matches
  for (let depth = 0; depth < MAX_INCLUDE_DEPTH && frontier.length > 0; depth++) {
    const next: Referring[] = []
    for (const include of plan.includes.filter(({ iterate }) => iterate || depth === 0)) {
      for (const found of await step(compiling, frontier, include)) {
        if (seen.has(found._id)) continue
        if (refs.length === MAX_INCLUDED) return { refs, cut: true }
        seen.add(found._id)
        refs.push(found._id)
        next.push(found)
      }
    }
    frontier = next
  }
  return { refs, cut: frontier.length > 0 && plan.includes.some(({ iterate }) => iterate) }
}

/** Enough that, whatever of a page is seen already, one more than may be included is among them. */
const MAX_STEP = 2 * MAX_INCLUDED + 1

const step = (compiling: Compiling, frontier: readonly Referring[], include: Include): Promise<readonly Referring[]> => {
  const found = include.direction === 'include' ? referredTo(frontier, include) : referring(frontier, include)
  if (found === undefined) return Promise.resolve([])
  return compiling.run<Referring>([
    { $match: { $and: [found, visibleOf(undefined, compiling.visibility)] } }, { $limit: MAX_STEP }, { $project: { type: 1, references: 1 } },
  ])
}

const referredTo = (frontier: readonly Referring[], { source, param, target }: Include): object | undefined => {
  const refs = frontier.filter(({ type }) => source === '*' || type === source)
    .flatMap(({ references }) => (param === '*' ? Object.values(references).flat() : references[param] ?? []))
    .filter(ref => target === undefined || ref.startsWith(`${target}/`))
  return refs.length === 0 ? undefined : { _id: { $in: [...new Set(refs)] } }
}

const referring = (frontier: readonly Referring[], { source, param, target }: Include): object | undefined => {
  const refs: RefText[] = frontier.filter(({ type }) => target === undefined || type === target).map(({ _id }) => _id)
  if (refs.length === 0) return undefined
  if (param !== '*') return { keys: { $in: refs.map(ref => keyOf(`${source}.${param}`, ref)) } }
  return { refersTo: { $in: refs }, type: source === '*' ? { $nin: [...ONLY_BY_NAME] } : source }
}
