/** How one change of a Task's state stands to the transition table. Pure: the state, who asks, what comes with it. */
import { transitions, type Circumstance, type Need, type Party, type Transition } from './transitions.ts'

/** The rows that lead on from a state, whoever asks; with `holding`, those whose circumstance holds. */
export const leadingFrom = (
  kind: string, status: string | undefined, business: string | undefined, holding?: ReadonlySet<Circumstance>,
): readonly Transition[] => transitions.filter(row => row.kind === kind
  && row.from.some(from => from.status === status && from.business === business)
  && (row.when === undefined || holding === undefined || holding.has(row.when)))

/** The rows a caller may take from a state. */
export const openTo = (rows: readonly Transition[], parties: readonly Party[]): readonly Transition[] =>
  rows.filter(row => row.who.some(party => parties.includes(party)))

/** What is written, as the table needs it. */
export interface Move {
  readonly kind: string
  readonly before: { readonly status: string | undefined; readonly business: string | undefined }
  readonly after: { readonly status: string | undefined; readonly business: string | undefined }
  readonly parties: readonly Party[]
  readonly holding: ReadonlySet<Circumstance>
  /** Whether a need of the row came with it. */
  readonly has: (need: Need, row: Transition) => boolean
}

export type Verdict =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'taken'; readonly row: Transition }
  /** No row leads there, or more than one could be meant. `allowed`: what this caller may do instead. */
  | { readonly kind: 'no-such-step'; readonly allowed: readonly Transition[] }
  /** A row leads there, but not in these circumstances. */
  | { readonly kind: 'not-now'; readonly row: Transition; readonly allowed: readonly Transition[] }
  | { readonly kind: 'not-yours'; readonly row: Transition; readonly allowed: readonly Transition[] }
  | { readonly kind: 'needs'; readonly row: Transition; readonly missing: Need }

/**
 * Judges one change of state. A change of `status` that leaves `businessStatus` as it was is taken for the row it can
 * only mean (a service that writes plain FHIR: `accepted`); the guard completes the business status. Where two rows
 * lead to the very state written, the first of the table is taken.
 */
export const judge = ({ kind, before, after, parties, holding, has }: Move): Verdict => {
  if (before.status === after.status && before.business === after.business) return { kind: 'unchanged' }
  const isStatusAlone = after.status !== before.status && (after.business === before.business || after.business === undefined)
  const leading = leadingFrom(kind, before.status, before.business, holding)
  const allowed = openTo(leading, parties)
  const meant = rowsMeant(leading, after, isStatusAlone)
  const [row] = meant
  if (row === undefined) {
    const [notNow] = rowsMeant(leadingFrom(kind, before.status, before.business), after, isStatusAlone)
    return notNow === undefined ? { kind: 'no-such-step', allowed } : { kind: 'not-now', row: notNow, allowed }
  }
  if (meant.some(({ to }) => to.business !== row.to.business)) return { kind: 'no-such-step', allowed }
  if (openTo([row], parties).length === 0) return { kind: 'not-yours', row, allowed }
  const missing = row.needs.find(need => !has(need, row))
  return missing === undefined ? { kind: 'taken', row } : { kind: 'needs', row, missing }
}

/** The rows to the very state that is written, else those that the status alone can mean. */
const rowsMeant = (rows: readonly Transition[], { status, business }: Move['after'], isStatusAlone: boolean): readonly Transition[] => {
  const toStatus = rows.filter(({ to }) => to.status === status)
  const exact = toStatus.filter(({ to }) => to.business === business)
  return exact.length > 0 || !isStatusAlone ? exact : toStatus
}
