/**
 * Codes and statuses that charts and worklists ask for latest first, and so have a key in the order of their type's date.
 *
 * Without it, twenty pulses by `_sort=-date` among sixty kinds of measurement are found by reading 1,200 of any kind, and
 * the few referrals in a rare status by reading all. Only latest first: the other way is rarely asked, and each key is
 * one more row to write. What stands here is in the index of every file: a new one needs a migration that indexes anew.
 */
import type { Extracted } from '../search/entries.ts'
import type { SortKey } from '../search/plan.ts'
import { absent, type DatedKey } from './pairs.ts'

interface Dated {
  /** The type's own date: R4 lets charts sort by it, and its profiles require it to be searched with the token. */
  readonly date: string
  readonly token: string
}

const DATED: Readonly<Record<string, Dated>> = {
  Observation: { token: 'code', date: 'date' },
  DiagnosticReport: { token: 'code', date: 'date' },
  Procedure: { token: 'code', date: 'date' },
  Condition: { token: 'code', date: 'recorded-date' },
  Encounter: { token: 'status', date: 'date' },
  ServiceRequest: { token: 'status', date: 'authored' },
  MedicationRequest: { token: 'status', date: 'authoredon' },
  Task: { token: 'status', date: 'authored-on' },
}

/** Types of which one date is asked for latest first, or as a window, though no code or status goes with it. */
const OTHERS: Readonly<Record<string, string>> = { Patient: 'birthdate' }

/** By type, the date that it is asked for by. */
export const OWN_DATES: Readonly<Record<string, string>> =
  { ...Object.fromEntries(Object.entries(DATED).map(([type, { date }]) => [type, date])), ...OTHERS }

/** `code>date`: no search parameter has such a name. */
const codeOf = ({ token, date }: Dated): string => `${token}>${date}`

/** Keys of a resource under the dated token of its type: at its latest date. */
export const datedKeysOf = (type: string, { entries, sort }: Extracted): readonly DatedKey[] => {
  const dated = DATED[type]
  if (dated === undefined) return []
  const latest = sort.find(({ param }) => param === dated.date)?.high
  const at = typeof latest === 'number' ? latest : absent('descending')
  return entries.flatMap(entry => (entry.kind === 'token' && entry.param === dated.token
    ? [{ code: codeOf(dated), value: entry.code, target: entry.system, at }]
    : []))
}

/** The parameter whose keys come in the order asked for; undefined where none does. */
export const datedAsked = (types: readonly string[], token: string, sort: readonly SortKey[]): string | undefined => {
  const dated = types.length === 1 ? DATED[types[0]!] : undefined
  const [key] = sort
  return dated !== undefined && dated.token === token && sort.length === 1 && key?.param === dated.date && key.direction === 'descending'
    ? codeOf(dated)
    : undefined
}
