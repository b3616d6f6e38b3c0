/**
 * A query string's pairs -> a SearchPlan without visibility. Knows FHIR and no database.
 *
 * Strict: the first parameter that is unknown or cannot be answered is a 400 that names it. Lenient (`Prefer:
 * handling=lenient`): such a parameter is left out and reported; a value that cannot be read is refused in both, as R4
 * asks. What is supported: docs/search.md. R4: https://hl7.org/fhir/R4/search.html
 */
import type { Definitions } from '../definitions/definitions.ts'
import { FhirError, outcomes, type Issue } from '../fhir/outcomes.ts'
import { DEFAULT_COUNT, MAX_COUNT, MAX_INCLUDES, MAX_PARAMETERS, MAX_TESTS, MAX_VALUE_LENGTH, MAX_VALUES } from './limits.ts'
import type { ParseContext } from './parse/context.ts'
import { splitEscaped } from './parse/escape.ts'
import { include } from './parse/include.ts'
import { requireType } from './parse/resource-type.ts'
import { conditionOnTypes } from './parse/several-types.ts'
import { count, elements, requirePlace, sortKeys, summary, total, type ResultParameters } from './parse/result.ts'
import { noValue, trueOrFalse } from './parse/value.ts'
import { countTests } from './join.ts'
import type { Condition, Include, SearchPlan } from './plan.ts'

export type Pairs = readonly (readonly [string, string])[]

export interface ParseOptions {
  /** Milliseconds, for `ap`. */
  readonly now: number
  readonly strict: boolean
  /** This server's base, without trailing slash: references under it are local. */
  readonly base: string
  /** Most matches per page; `MAX_COUNT` unless given. */
  readonly maxCount?: number
  /** Throws FhirError for a path in `_elements` that none of the types has; only the form is judged unless given. */
  readonly requireElements?: (types: readonly string[], paths: readonly string[]) => void
}

export interface ParsedSearch {
  readonly plan: Omit<SearchPlan, 'visibility'>
  /** The pairs that were searched by, for the `self` link. */
  readonly self: Pairs
  /** What lenient handling left out. */
  readonly ignored: readonly Issue[]
  readonly result: ResultParameters
}

/** `types`: the type searched, or several or all for a system search. Throws FhirError (400). */
export const parseSearch = (
  definitions: Definitions, types: readonly string[], pairs: Pairs, options: ParseOptions,
): ParsedSearch => {
  const context: ParseContext = { definitions, bases: [options.base], now: options.now }
  requireBounds(pairs)
  const searched = typesAsked(definitions, types, pairs)
  const draft = openDraft()
  const self: (readonly [string, string])[] = []
  const ignored: Issue[] = []
  let tests = 0
  for (const [name, value] of pairs) {
    try {
      const before = draft.where.length
      read(context, searched, name, value, options, draft)
      // After each: what a hundred parameters ask is not put together first and refused then.
      tests += countTests({ kind: 'all-of', of: draft.where.slice(before) })
      requireFewTests(tests)
      self.push([name, value])
    } catch (error) {
      if (!(error instanceof FhirError)) throw error
      const failed = outcomes.parameterFailed(name, error)
      if (options.strict || !isUnanswerable(failed)) throw failed
      ignored.push(...failed.issues.map(leftOut))
    }
  }
  if (draft.includes.length > MAX_INCLUDES) {
    throw outcomes.badParameter('_include', `a search takes up to ${MAX_INCLUDES} includes, found ${draft.includes.length}`)
  }
  if (draft.result.summary === 'text' && draft.includes.length > 0) {
    throw outcomes.badParameter('_summary', '_summary=text goes with no _include and no _revinclude; leave one of them out')
  }
  const { where, sort, includes, result } = draft
  requirePlace(sort, where)
  const size = draft.onlyCount ? 0 : draft.count
  return {
    plan: {
      types: searched,
      where: where.length === 1 ? where[0]! : { kind: 'all-of', of: where },
      sort, includes, count: size,
      total: size === 0 ? 'accurate' : draft.total,
    },
    self, ignored, result,
  }
}

interface Draft {
  where: Condition[]
  sort: SearchPlan['sort']
  count: number
  onlyCount: boolean
  total: SearchPlan['total']
  includes: Include[]
  result: ResultParameters
  /** Parameters that may be given once and were. */
  once: Set<string>
}

const openDraft = (): Draft => ({
  where: [], sort: [], count: DEFAULT_COUNT, onlyCount: false, total: 'none', includes: [], result: {}, once: new Set(),
})

const leftOut = (issue: Issue): Issue => ({ ...issue, severity: 'warning', text: `${issue.text}; the parameter was ignored` })

const isUnanswerable = (error: FhirError): boolean => error.issues.every(({ code }) => UNANSWERABLE.has(code))

const UNANSWERABLE: ReadonlySet<string> = new Set(['search-unknown-parameter', 'search-unknown-element', 'search-unsupported'])

const read = (
  context: ParseContext, types: readonly string[], name: string, value: string, options: ParseOptions, draft: Draft,
): void => {
  if (value.trim() === '') throw noValue(name)
  const [word = '', modifier] = name.split(':', 2)
  if (word === '_include' || word === '_revinclude') {
    draft.includes.push(include(context, types, word, modifier, value))
    return
  }
  if (!RESULT.has(name)) {
    draft.where.push(conditionOnTypes(context, types, name, value))
    return
  }
  if (draft.once.has(name)) throw outcomes.badParameter(name, `${name} is there twice; send it once`)
  draft.once.add(name)
  switch (name) {
    case '_sort': draft.sort = sortKeys(context, types, value); break
    case '_count': draft.count = count(value, options.maxCount ?? MAX_COUNT); break
    case '_total': draft.total = total(value); break
    case '_summary': readSummary(value, draft); break
    case '_elements': {
      const paths = elements(value)
      options.requireElements?.(types, paths)
      draft.result = { ...draft.result, elements: paths }
      break
    }
    case '_contained':
      if (value !== 'false') {
        throw outcomes.unsupportedSearch(name, 'contained resources are not searched on their own here; leave _contained out')
      }
      break
    case '_containedType':
      throw outcomes.unsupportedSearch(name, 'contained resources are not searched on their own here; leave _containedType out')
    case '_format': draft.result = { ...draft.result, format: value }; break
    case '_pretty': draft.result = { ...draft.result, pretty: trueOrFalse(name, value) }; break
  }
}

/** `_type` is read before all others. */
const RESULT: ReadonlySet<string> = new Set([
  '_sort', '_count', '_total', '_summary', '_elements', '_contained', '_containedType', '_format', '_pretty', '_type',
])

const readSummary = (value: string, draft: Draft): void => {
  const asked = summary(value)
  if (asked === 'count') draft.onlyCount = true
  else if (asked !== 'false') draft.result = { ...draft.result, summary: asked }
}

const typesAsked = (definitions: Definitions, types: readonly string[], pairs: Pairs): readonly string[] => {
  const asked = pairs.filter(([name, value]) => name === '_type' && value.trim() !== '').flatMap(([, value]) => value.split(','))
  if (asked.length === 0) return types
  for (const type of asked) {
    requireType(definitions, '_type', type)
    if (!types.includes(type)) {
      throw outcomes.badParameter('_type', `_type=${type} contradicts a search of ${types.slice(0, 3).join(', ')}`)
    }
  }
  return [...new Set(asked)]
}

const requireFewTests = (found: number): void => {
  if (found <= MAX_TESTS) return
  throw outcomes.badRequest('search-too-many-values',
    `the values, multiplied by the types they may be about, come to ${found} tests, more than ${MAX_TESTS}; `
    + 'name the type of references (patient=Patient/1, focus:ServiceRequest.status=active), or search in steps')
}

const requireBounds = (pairs: Pairs): void => {
  if (pairs.length > MAX_PARAMETERS) {
    throw outcomes.badRequest('search-too-many-parameters',
      `a search takes up to ${MAX_PARAMETERS} parameters, found ${pairs.length}`)
  }
  let values = 0
  for (const [name, value] of pairs) {
    const shown = name.slice(0, 60)
    if (name.length > MAX_VALUE_LENGTH || /[\0\p{Surrogate}]/u.test(name + value)) {
      throw outcomes.badParameter(shown, `"${shown}" is too long, or it or its value holds a character that is no text`)
    }
    // Neither split nor read further than it takes to know that it is too much.
    if (value.length > MAX_VALUES * (MAX_VALUE_LENGTH + 1)) {
      throw outcomes.badParameter(shown, `${shown} is longer than ${MAX_VALUES} values of ${MAX_VALUE_LENGTH} characters; search in steps`)
    }
    const parts = name === '_filter' ? value.split(/\b(?:and|or)\b/) : splitEscaped(value, ',')
    if (parts.some(part => part.length > MAX_VALUE_LENGTH)) {
      throw outcomes.badParameter(shown, `a value of ${shown} is longer than ${MAX_VALUE_LENGTH} characters`)
    }
    values += parts.length
    if (values > MAX_VALUES) {
      throw outcomes.badRequest('search-too-many-values',
        `a search takes up to ${MAX_VALUES} values in all, found ${values} by ${shown}; search in steps`)
    }
  }
}
