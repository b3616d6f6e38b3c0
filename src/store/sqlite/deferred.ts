/**
 * What is indexed after its commit: AuditEvents, which are written with every request and seldom searched, and the words
 * of full text. The commit keeps it as one row of `pending` (`pending.ts`); a search that could tell the difference waits
 * until everything committed before it is indexed.
 */
import type { Extracted } from '../../search/entries.ts'
import type { Condition, Include, SearchPlan } from '../../search/plan.ts'

const TYPES: ReadonlySet<string> = new Set(['AuditEvent'])

/** Folded words, parted by spaces: the columns of `words`. */
export interface Words {
  readonly text: string
  readonly content: string
}

/** Of a resource that may have had some. */
export const NO_WORDS: Words = { text: '', content: '' }

/** Whether all entries of a type are indexed later. */
export const isDeferred = (type: string): boolean => TYPES.has(type)

/** The words of a resource; undefined: it has none. */
export const wordsOf = ({ entries }: Extracted): Words | undefined => {
  let text = ''
  let content = ''
  for (const entry of entries) {
    if (entry.kind !== 'words') continue
    if (entry.param === '_text') text = entry.words.join(' ')
    else content = entry.words.join(' ')
  }
  return text === '' && content === '' ? undefined : { text, content }
}

const someDeferred = (types: readonly string[]): boolean => types.some(type => TYPES.has(type))

const conditionReads = (condition: Condition): boolean => {
  switch (condition.kind) {
    case 'all-of': case 'any-of': return condition.of.some(conditionReads)
    case 'not': return conditionReads(condition.of)
    case 'match': return condition.test.kind === 'words'
    case 'chain': return someDeferred(condition.types) || conditionReads(condition.where)
    case 'has': return TYPES.has(condition.type) || conditionReads(condition.where)
    case 'within': return TYPES.has(condition.type)
    case 'missing': case 'of-type': case 'ids': case 'last-updated': return false
  }
}

/** Whether resources indexed later may be among what is included, so that `:iterate` goes on from them. */
const mayLeadToDeferred = ({ source, direction, target }: Include): boolean =>
  (direction === 'include' ? target === undefined || TYPES.has(target) : TYPES.has(source))

/** `_include=*` reads the entries of the matches, and those of what is included only by `:iterate`. */
const includesRead = (includes: readonly Include[]): boolean => includes.some(({ source, direction, iterate }) =>
  TYPES.has(source) || (source === '*' && direction === 'include' && iterate && includes.some(mayLeadToDeferred)))

/** Whether a search's answer may rest on what is indexed later. */
export const readsDeferred = (plan: SearchPlan): boolean =>
  someDeferred(plan.types) || conditionReads(plan.where) || includesRead(plan.includes)
