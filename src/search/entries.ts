/**
 * Index entries: what a resource says under each search parameter, the same for every store.
 * Extraction is `search/extract.ts`; a store only keeps and compares them.
 */

/**
 * Instants are milliseconds since the epoch, a date is [low, high). Numbers and quantities are points, low = high = value,
 * but for ranges and comparators, whose span includes both ends (docs/decisions/0015-search.md).
 */
export type IndexEntry =
  | { readonly kind: 'token'; readonly param: string; readonly system: string; readonly code: string }        // '' = absent
  | { readonly kind: 'text'; readonly param: string; readonly text: string }                                  // token :text, folded
  | { readonly kind: 'string'; readonly param: string; readonly folded: string; readonly exact: string }
  | { readonly kind: 'date'; readonly param: string; readonly low: number; readonly high: number }
  | { readonly kind: 'number'; readonly param: string; readonly low: number; readonly high: number; readonly value: number }
  | {
    readonly kind: 'quantity'; readonly param: string; readonly system: string; readonly code: string
    readonly low: number; readonly high: number; readonly value: number
  }
  | { readonly kind: 'reference'; readonly param: string; readonly type: string; readonly id: string; readonly version: string }
  /** A reference to elsewhere: an absolute URL, a canonical. */
  | { readonly kind: 'url'; readonly param: string; readonly url: string }
  /** Reference.identifier, for `:identifier`. */
  | { readonly kind: 'reference-identifier'; readonly param: string; readonly system: string; readonly code: string }
  | { readonly kind: 'uri'; readonly param: string; readonly uri: string }
  /** One combination of a composite's components. */
  | { readonly kind: 'composite'; readonly param: string; readonly parts: readonly IndexEntry[] }
  /** Folded words of the narrative (`_text`) or of all that the resource says (`_content`), each once; no sort value. */
  | { readonly kind: 'words'; readonly param: '_text' | '_content'; readonly words: readonly string[] }
  | { readonly kind: 'position'; readonly param: string; readonly latitude: number; readonly longitude: number }

/** What sorting compares, one per direction-independent extreme (R4: lowest for asc, highest for desc). */
export interface SortEntry {
  readonly param: string
  readonly low: string | number
  readonly high: string | number
}

export interface Extracted {
  readonly entries: readonly IndexEntry[]
  readonly sort: readonly SortEntry[]
}
