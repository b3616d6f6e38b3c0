/**
 * What the driver says when there is no answer to be had: nobody is primary, the network is gone, the user may not, the
 * disk is full. All of it is `Unavailable`, in words that an operator can act on; what is a fault of ours stays as it is.
 * Codes: https://www.mongodb.com/docs/manual/reference/error-codes/
 */
import {
  MongoAPIError, MongoError, MongoErrorLabel, MongoNetworkError, MongoNotConnectedError, MongoServerError, MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb'
import { withoutCredentials } from '../address.ts'
import { Unavailable } from '../store.ts'

const REFUSED: Readonly<Record<number, string>> = {
  13: 'the user of STORE may not do this; it needs the role readWrite on the database',
  18: 'the user name or password of STORE is not accepted',
  20: 'this MongoDB is no replica set; start mongod with --replSet and run rs.initiate() once',
  8_000: 'the MongoDB service refuses this; its space may be used up, or its user may not write',
  14_031: 'the disk of the MongoDB is full',
}
/** Hosts unreachable, elections, stepping down, shutting down, a cursor or a snapshot that a new primary does not have. */
const PASSING = new Set([6, 7, 43, 89, 91, 133, 134, 175, 189, 237, 239, 246, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436])
/** Past its `maxTimeMS`, or past the memory that a sort, a `$lookup` or a group may take. */
const TOO_COSTLY = new Set([50, 146, 262, 292, 16_819, 16_945, 40_099])

/** The server was not to be had, or the connection was lost on the way. */
export const isUnreachable = (error: unknown): boolean => error instanceof MongoNetworkError || error instanceof MongoServerSelectionError

/** Asked again it may be answered. Of a read always; of a write, before its commit was asked for. */
export const isPassing = (error: unknown): boolean => isUnreachable(error)
  || (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError))
  || (error instanceof MongoServerError && PASSING.has(Number(error.code)))

/** The database gave up: it took too long, or too much. */
export const isTooCostly = (error: unknown): boolean => error instanceof MongoServerError && TOO_COSTLY.has(Number(error.code))

/** The driver's words where hosts answer, and none of them is what was looked for. */
const TIMED_OUT = /^Server selection timed out/
const NOT_PRIMARY = 'an election is under way, or the replica set of STORE was never begun by rs.initiate(), or has another name'

/** undefined: the database has answered, if only to refuse what we asked. */
const reasonOf = (error: unknown): string | undefined => {
  if (error instanceof MongoServerSelectionError) return `no primary answers (${TIMED_OUT.test(error.message) ? NOT_PRIMARY : error.message})`
  if (error instanceof MongoServerError) {
    const code = Number(error.code)
    return REFUSED[code] ?? (PASSING.has(code) ? error.message : undefined)
  }
  if (error instanceof MongoAPIError && !(error instanceof MongoNotConnectedError || error instanceof MongoTopologyClosedError)) return undefined
  return error instanceof MongoError ? error.message : undefined
}

/** `Unavailable` for what the driver throws when the database cannot be asked; any other error as it is. */
export const unavailable = (error: unknown): unknown => {
  const reason = reasonOf(error)
  return reason === undefined ? error : new Unavailable(withoutCredentials(reason), { cause: error })
}

/**
 * What was asked, or `Unavailable`: also when there is no answer after `limitMs`, for a primary whose machine has gone
 * without a word is noticed only by its silence.
 */
export const asked = async <T>(work: Promise<T>, limitMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unavailable(`the database did not answer for ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([work, silence])
  } catch (error) {
    throw unavailable(error)
  } finally {
    clearTimeout(timer)
  }
}
