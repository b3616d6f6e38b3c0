/** How far the reindexing of some types is, told from the ledger: of each type, and of all together. */
import type { LiveParameter } from '../search-parameters/live.ts'
import { recordOf, runOf, type Ledger, type Run } from './ledger.ts'

export interface Progress {
  /** `pending`: something is not indexed, and nobody has begun. */
  readonly status: 'pending' | Run['status']
  readonly total: number
  readonly done: number
  readonly changed: number
  readonly skipped: number
  /** Instants. */
  readonly started?: string
  readonly ended?: string
}

export interface TypeProgress extends Progress {
  readonly type: string
}

/** `id`: only what one search parameter is about; its types are reindexed for it by a run that covers it. */
export const progressOf = (
  ledger: Ledger, live: readonly LiveParameter[], types: readonly string[], id?: string,
): { readonly all: Progress; readonly of: readonly TypeProgress[] } => {
  const concerned = id === undefined ? live : live.filter(parameter => parameter.id === id)
  const of = types.flatMap(type => ofType(ledger, concerned, type, id === undefined))
  return { all: together(of), of }
}

const ofType = (ledger: Ledger, concerned: readonly LiveParameter[], type: string, anyRun: boolean): readonly TypeProgress[] => {
  const run = runOf(ledger, type)
  if (run !== undefined && (anyRun || concerned.every(({ since }) => run.covers >= since))) return [ofRun(run)]
  const owed = concerned.flatMap(({ id }) => recordOf(ledger, id)?.owes ?? []).filter(one => one.type === type)
  if (owed.length === 0) return []
  return [{ type, status: 'pending', total: Math.max(...owed.map(({ total }) => total)), done: 0, changed: 0, skipped: 0 }]
}

const ofRun = ({ type, status, total, changed, skipped, started, ended }: Run): TypeProgress =>
  ({ type, status, total, done: changed + skipped, changed, skipped, started, ...(ended === undefined ? {} : { ended }) })

/** What is worst of the parts, for one failed part leaves the whole incomplete. */
const ORDER = ['failed', 'in-progress', 'pending', 'completed'] as const

const together = (of: readonly TypeProgress[]): Progress => {
  const sum = (count: (each: Progress) => number): number => of.reduce((all, each) => all + count(each), 0)
  const started = of.flatMap(each => each.started ?? []).sort()[0]
  const ended = of.every(each => each.ended !== undefined) ? of.flatMap(each => each.ended ?? []).sort().at(-1) : undefined
  return {
    status: ORDER.find(status => of.some(each => each.status === status)) ?? 'completed',
    total: sum(each => each.total), done: sum(each => each.done), changed: sum(each => each.changed), skipped: sum(each => each.skipped),
    ...(started === undefined ? {} : { started }),
    ...(ended === undefined ? {} : { ended }),
  }
}
