/** One question and its answer, worked out by hand from R4's Search page. */
export interface Case {
  /** Below the base: `Patient?family=smith`. */
  readonly ask: string
  /** Ids, in any order; for `ordered` in this one. */
  readonly finds: readonly string[]
  readonly ordered?: boolean
  /** The sentence of R4, or of docs/decisions/0015-search.md, where the answer is not plain. */
  readonly why?: string
}

export const ask = (ask: string, finds: string, why?: string): Case =>
  ({ ask, finds: finds.split(' ').filter(id => id !== ''), ...(why === undefined ? {} : { why }) })

/** As `ask`, where the order counts. */
export const inOrder = (query: string, finds: string, why?: string): Case => ({ ...ask(query, finds, why), ordered: true })
