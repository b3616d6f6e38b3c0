/**
 * Transactions that a hub left open when it was killed. The database keeps one for a minute, and with it the sequence
 * document, on which every commit waits; so whoever finds it held for seconds by an idle one ends that.
 *
 * A hub that lives, however slowly, has its transaction begun again: it is known not to have happened.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/ (a user sees and may end its own sessions)
 */
import { ReadConcern, type UUID } from 'mongodb'
import type { Database } from './database.ts'

/** Between two statements of a hub's transaction lies a millisecond, or what its event loop is busy with. */
const IDLE_MS = 2_000

interface IdleSession {
  readonly lsid: { readonly id: UUID }
}

export const endAbandoned = async ({ client }: Database): Promise<void> => {
  // What runs now is no matter of majorities: `$currentOp` refuses that level.
  const admin = client.db('admin', { readConcern: new ReadConcern('local') })
  const idle = await admin.aggregate<IdleSession>([
    { $currentOp: { idleSessions: true, allUsers: false } },
    { $match: { type: 'idleSession', appName: client.options.appName, 'transaction.timeInactiveMicros': { $gt: IDLE_MS * 1_000 } } },
    { $project: { lsid: 1 } },
  ]).toArray()
  if (idle.length > 0) await admin.command({ killSessions: idle.map(({ lsid: { id } }) => ({ id })) })
}
