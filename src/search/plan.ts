/**
 * A search as plain immutable data, free of any database and of any query string.
 *
 * `search/parse.ts` makes it, a store's compiler runs it. Every plan carries who is asking (`visibility`),
 * and a compiler applies that to matches, to targets of chains, `_has` and includes, and to counts.
 */
import type { LengthUnit } from '../fhir/lengths.ts'
import type { Near } from './near.ts'

/** A caller sees a resource when they share a label (see `access/visibility.ts`), or everything. */
export type Visibility = { readonly kind: 'all' } | { readonly kind: 'labels'; readonly labels: readonly string[] }

/**
 * How a test's span [low, high) is compared with an entry's: see `search/compare.ts`, which is the definition both for
 * stores and in memory. `ap` comes already widened: its low and high are the bounds within which an entry must overlap.
 */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/** A test of the index entries of one parameter. */
export type Test =
  /** undefined = any; '' = explicitly none (`|code`). */
  | { readonly kind: 'token'; readonly system: string | undefined; readonly code: string | undefined }
  /** A set of codes per system: `:in`, `:below` already expanded. */
  | { readonly kind: 'token-in'; readonly codes: readonly { readonly system: string; readonly code: string }[] }
  /** Some text of the token starts with `folded`. */
  | { readonly kind: 'text'; readonly folded: string }
  | { readonly kind: 'string'; readonly match: 'starts' | 'contains' | 'equals' | 'ends'; readonly folded: string }
  | { readonly kind: 'string'; readonly match: 'exact'; readonly exact: string }
  | { readonly kind: 'date'; readonly prefix: Prefix; readonly low: number; readonly high: number }
  | { readonly kind: 'number'; readonly prefix: Prefix; readonly low: number; readonly high: number; readonly value: number }
  | {
    readonly kind: 'quantity'; readonly prefix: Prefix; readonly low: number; readonly high: number; readonly value: number
    readonly system: string | undefined; readonly code: string | undefined
  }
  /** `types` empty: any type. */
  | { readonly kind: 'reference'; readonly types: readonly string[]; readonly id: string; readonly version?: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'reference-identifier'; readonly system: string | undefined; readonly code: string | undefined }
  | { readonly kind: 'uri'; readonly match: 'exact' | 'below' | 'above'; readonly uri: string }
  | { readonly kind: 'composite'; readonly parts: readonly Test[] }
  /** Full text (`_text`, `_content`): every word occurs, folded as `search/fold.ts` does. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** `unit`: in which the distance is told. */
  | { readonly kind: 'near'; readonly latitude: number; readonly longitude: number; readonly withinMetres: number; readonly unit?: LengthUnit }

export type Condition =
  | { readonly kind: 'all-of'; readonly of: readonly Condition[] }          // empty: true
  | { readonly kind: 'any-of'; readonly of: readonly Condition[] }          // empty: false
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'match'; readonly param: string; readonly test: Test }
  | { readonly kind: 'missing'; readonly param: string; readonly missing: boolean }
  /** The resource is of one of these types: what the alternatives of a search of several types are told apart by. */
  | { readonly kind: 'of-type'; readonly types: readonly string[] }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'last-updated'; readonly prefix: Prefix; readonly low: number; readonly high: number }
  /** The resource's `param` refers to one of `types` for which `where` holds. */
  | { readonly kind: 'chain'; readonly param: string; readonly types: readonly string[]; readonly where: Condition }
  /**
   * In the hierarchy that `type` forms by its reference `param` (`Location.partof`), seen through the caller's eyes:
   * `below`: the resource is `type/id`, or its `param` leads there, step by step over visible resources;
   * `above`: it is `type/id`, or is reached from there by `param`.
   */
  | { readonly kind: 'within'; readonly direction: 'above' | 'below'; readonly type: string; readonly param: string; readonly id: string }
  /** Some visible `type` refers to the resource by `param`, and `where` holds for it. */
  | { readonly kind: 'has'; readonly type: string; readonly param: string; readonly where: Condition }

export type StringTest = Extract<Test, { kind: 'string' }>

/** `_lastUpdated` and `_id` are always sortable; ties are broken by the store's own stable order. */
export interface SortKey {
  /** `DISTANCE`: how far it is from where the search asks for what is near. */
  readonly param: string
  readonly direction: 'ascending' | 'descending'
  /** Of the parameter's texts only those that meet this count, and every match has one (`search/order.ts`). */
  readonly among?: StringTest
  /** Of `DISTANCE`: the condition that it is measured by. */
  readonly near?: Near
}

/** Sorts by the distance from the place that a condition of the search names; without such a condition, by nothing. */
export const DISTANCE = '_distance'

/** Types that `_revinclude=*` leaves out: every look at a resource adds one, and a thousand of them are a full page. */
export const ONLY_BY_NAME: ReadonlySet<string> = new Set(['AuditEvent'])

export interface Include {
  readonly direction: 'include' | 'revinclude'
  /** Type that holds the reference; '*' for any, in a reverse include but those that are included by name only. */
  readonly source: string
  readonly param: string                     // '*' for every reference parameter
  readonly target?: string
  readonly iterate: boolean
}

/** Where the previous page ended: sort values of its last match and its row, opaque outside the store. */
export interface Cursor {
  readonly values: readonly (string | number | null)[]
  readonly row: string
  /** Sequence when the first page was read: what is newer moves neither in nor out of the pages. */
  readonly sequence: number
}

export interface SearchPlan {
  /** Types searched; several or all for a system search. */
  readonly types: readonly string[]
  readonly where: Condition
  readonly visibility: Visibility
  /** Empty: none is asked for, and `search/order.ts` says in what order matches come. */
  readonly sort: readonly SortKey[]
  /** Matches per page; 0 = only the total. */
  readonly count: number
  readonly after?: Cursor
  readonly includes: readonly Include[]
  readonly total: 'none' | 'estimate' | 'accurate'
}
