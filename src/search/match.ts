/**
 * A condition judged in memory: what the unit of work asks of changes that no store holds yet.
 *
 * Means exactly what a store's compiler means by the same condition; `compare.ts` says what a test of an entry is.
 * Chains, `_has` and hierarchies look at other resources, which only the caller can find: it gives a resolver.
 */
import { compareSpans, entryMeets } from './compare.ts'
import type { Extracted } from './entries.ts'
import type { Condition } from './plan.ts'

export interface Subject {
  readonly type: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
}

/** What depends on other resources than the one judged. */
export type Beyond = Extract<Condition, { kind: 'chain' | 'has' | 'within' }>

/** Whether such a condition holds for the resource. */
export type Resolver = (condition: Beyond, subject: Subject, extracted: Extracted) => boolean

const refuse: Resolver = ({ kind }) => {
  throw new RangeError(`a "${kind}" condition needs a resolver to be judged in memory`)
}

/** Whether a condition depends on other resources, so that judging it in memory needs a resolver. */
export const needsResolver = (condition: Condition): boolean => {
  switch (condition.kind) {
    case 'all-of':
    case 'any-of': return condition.of.some(needsResolver)
    case 'not': return needsResolver(condition.of)
    case 'chain':
    case 'has':
    case 'within': return true
    case 'match':
    case 'missing':
    case 'of-type':
    case 'ids':
    case 'last-updated': return false
  }
}

/** Throws RangeError for a chain, `_has` or hierarchy without a resolver; the rest is total. */
export const matchesCondition = (
  condition: Condition, subject: Subject, extracted: Extracted, resolve: Resolver = refuse,
): boolean => {
  switch (condition.kind) {
    case 'all-of': return condition.of.every(part => matchesCondition(part, subject, extracted, resolve))
    case 'any-of': return condition.of.some(part => matchesCondition(part, subject, extracted, resolve))
    case 'not': return !matchesCondition(condition.of, subject, extracted, resolve)
    case 'match': return extracted.entries.some(entry => entry.param === condition.param && entryMeets(condition.test, entry))
    case 'missing': return condition.missing !== extracted.entries.some(entry => entry.param === condition.param)
    case 'of-type': return condition.types.includes(subject.type)
    case 'ids': return condition.ids.includes(subject.id)
    case 'last-updated':
      return compareSpans(condition.prefix, condition, { low: subject.lastUpdated, high: subject.lastUpdated + 1 })
    case 'chain':
    case 'has':
    case 'within': return resolve(condition, subject, extracted)
  }
}
