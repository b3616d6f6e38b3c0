/** Bounds that every store keeps, so that none answers where another would have refused. Each says why it is what it is. */

/** A search is stopped after so long, unless the hub's configuration says otherwise (docs/configuration.md). */
export const SEARCH_DEADLINE_MS = 2_000
/** A conditional search holds every other commit up: it gets this long, then the commit fails as too costly. */
export const MATCH_LIMIT_MS = 500

/** A page ends with the resource that takes it past this: 1,000 Tasks are 2.6 MB, a Binary can be 6.7 MB alone. */
export const MAX_PAGE_LENGTH = 16 * 1024 * 1024
/** A page with more included than this is no longer a page; the answer says that it was cut. */
export const MAX_INCLUDED = 1_000
/** `:iterate` follows so many references one after the other, then stops: a cycle or a chain without end. */
export const MAX_INCLUDE_DEPTH = 8

/** At 5,000 commits/s this is a second of work; whoever comes later is told to come again instead of waiting. */
export const MAX_QUEUED = 5_000
/** Characters of commits that wait: a dozen of the largest submissions (5 MB), or 5,000 resources of 13 KB. */
export const MAX_QUEUED_LENGTH = 64 * 1024 * 1024
