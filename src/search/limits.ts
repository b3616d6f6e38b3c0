/** Bounds of search: each says why it is what it is. Nothing in a query or in an index entry is unbounded. */

/**
 * Longest value of a search parameter, and so the longest text an index entry needs: entries keep one character more,
 * so that what was cut can never equal what is asked. `:contains` looks no further than this.
 */
export const MAX_VALUE_LENGTH = 1_000

/** Entries of one resource under one parameter; a List of 10,000 items stays searchable by its first ones. */
export const MAX_ENTRIES_PER_PARAMETER = 2_000

/** Combinations of a composite's components in one element: 20 codings by 20 codings is beyond any real code. */
export const MAX_COMBINATIONS = 400

/** Different words of one resource, narrative first: a discharge letter of three pages has some 500. */
export const MAX_WORDS = 500

/** Elements inside elements that are looked into for words: R4's own go 12 deep, Questionnaires nest as they like. */
export const MAX_CONTENT_DEPTH = 30

/** Parameters in one query, and comma-separated values of all of them: beyond, a client means a List or a POST of its own. */
export const MAX_PARAMETERS = 100
export const MAX_VALUES = 1_000

/** Tests that those values may come to, where chains and several types ask each of them in several ways. */
export const MAX_TESTS = 5_000

/** Brackets inside brackets, in `_filter` and full text; deeper ones can be multiplied out. */
export const MAX_NESTING = 8

/**
 * Steps of a chain or nested `_has`, each a join; the longest that a referral gives sense to,
 * focus.subject.general-practitioner.name, has three.
 */
export const MAX_CHAIN_DEPTH = 4

/** Ways that untyped chains of one parameter (`focus.status`) may fan out to together before they must name a type. */
export const MAX_CHAIN_TYPES = 20

/** `near` without a distance: R4 leaves it to the server; community services travel about so far. */
export const DEFAULT_NEAR_METRES = 10_000

/** Codes that `:in`, `:below` and `:above` may stand for; larger value sets would make a query of their own. */
export const MAX_EXPANDED_CODES = 5_000

export const MAX_SORT_KEYS = 5
export const MAX_INCLUDES = 30

/** Matches per page: default and most. 1,000 Tasks are 2.6 MB. */
export const DEFAULT_COUNT = 50
export const MAX_COUNT = 1_000

/** Of a search parameter that somebody sent; R4 itself is longer only where it joins twenty types in one expression. */
export const MAX_EXPRESSION_LENGTH = 1_000

/** Search parameters of this hub's own that are live at a time; each one may cost every write of its types some 20 µs. */
export const MAX_CUSTOM_PARAMETERS = 200
