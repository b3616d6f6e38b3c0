/**
 * The ledger of the search index, as plain data: what each of the hub's own parameters still lacks, and how far the
 * reindexing of each resource type is. Every change is a function from one ledger to the next.
 *
 * Places in time are sequences, the store's commit order. A run covers the parameters that were live when it began: it
 * reads what was stored then, and whatever is written later is indexed by its writer.
 */
import type { Cursor } from '../../search/plan.ts'

export interface ParameterRecord {
  /** Of the SearchParameter. */
  readonly id: string
  /** `LiveParameter.since`. */
  readonly since: number
  /** Types that had resources when the parameter came, with how many, and have not been reindexed since. */
  readonly owes: readonly { readonly type: string; readonly total: number }[]
}

export interface Run {
  readonly type: string
  readonly status: 'in-progress' | 'completed' | 'failed'
  /** Parameters with a `since` up to here are indexed when it completes. */
  readonly covers: number
  /** Resources of the type when its first page was read; before that as counted at the start. */
  readonly total: number
  /** Resources whose index entries were written anew. */
  readonly changed: number
  /** Resources that others wrote or deleted before they were reached: indexed by their writer. */
  readonly skipped: number
  /** Instants. */
  readonly started: string
  readonly ended?: string
  /** Where the next page begins; absent before the first. */
  readonly after?: Cursor
}

export interface Ledger {
  readonly parameters: readonly ParameterRecord[]
  /** One per type, the latest; in the order in which they were begun. */
  readonly runs: readonly Run[]
}

export const EMPTY: Ledger = { parameters: [], runs: [] }

type Known = Pick<ParameterRecord, 'id' | 'since'>

const isSame = (one: Known, other: Known): boolean => one.id === other.id && one.since === other.since

/** Without the parameters that are no longer live, or are indexed otherwise by now. */
export const forgetOthers = (ledger: Ledger, live: readonly Known[]): Ledger =>
  ({ ...ledger, parameters: ledger.parameters.filter(record => live.some(known => isSame(known, record))) })

/** Of `live`, those the ledger does not know yet. */
export const unheard = <T extends Known>(ledger: Ledger, live: readonly T[]): readonly T[] =>
  live.filter(known => !ledger.parameters.some(record => isSame(known, record)))

export const heard = (ledger: Ledger, records: readonly ParameterRecord[]): Ledger =>
  ({ ...ledger, parameters: [...ledger.parameters, ...records] })

export const recordOf = (ledger: Ledger, id: string): ParameterRecord | undefined => ledger.parameters.find(record => record.id === id)

export const runOf = (ledger: Ledger, type: string): Run | undefined => ledger.runs.find(run => run.type === type)

/** A run of the type from its first page, unless one is in progress that covers as much: that one is joined. */
export const begin = (ledger: Ledger, type: string, start: Pick<Run, 'covers' | 'total' | 'started'>): Ledger => {
  const present = runOf(ledger, type)
  if (present?.status === 'in-progress' && present.covers >= start.covers) return ledger
  return { ...ledger, runs: [...without(ledger, type), { type, status: 'in-progress', changed: 0, skipped: 0, ...start }] }
}

const without = ({ runs }: Ledger, type: string): readonly Run[] => runs.filter(run => run.type !== type)

const replace = (ledger: Ledger, run: Run): Ledger => ({ ...ledger, runs: ledger.runs.map(other => (other.type === run.type ? run : other)) })

/** The run after one page more. */
export const advance = (ledger: Ledger, run: Run, page: { readonly total: number; readonly changed: number; readonly skipped: number; readonly after: Cursor }): Ledger =>
  replace(ledger, { ...run, total: page.total, changed: run.changed + page.changed, skipped: run.skipped + page.skipped, after: page.after })

/** The run after its last page. What was there at its start and was not reached has been written or deleted by others since. */
export const complete = (ledger: Ledger, run: Run, page: { readonly total: number; readonly changed: number; readonly ended: string }): Ledger => {
  const { after: _after, ...rest } = run
  const changed = run.changed + page.changed
  const finished = replace(ledger, { ...rest, status: 'completed', total: page.total, changed, skipped: page.total - changed, ended: page.ended })
  return {
    ...finished,
    parameters: finished.parameters.map(record => (record.since > run.covers ? record
      : { ...record, owes: record.owes.filter(({ type }) => type !== run.type) })),
  }
}

export const fail = (ledger: Ledger, run: Run, ended: string): Ledger => replace(ledger, { ...run, status: 'failed', ended })
