/**
 * `_include` and `_revinclude` of a page: rows the caller may see, each once, none that is itself a match.
 *
 * References are read from what was indexed, so an include follows exactly what a search by it would find.
 * R4: https://hl7.org/fhir/R4/search.html#include
 */
import { ONLY_BY_NAME, type Include, type SearchPlan } from '../../search/plan.ts'
import { MAX_INCLUDED, MAX_INCLUDE_DEPTH } from '../limits.ts'
import { referencesOf } from './indexed.ts'
import { inTime } from './compile/scope.ts'
import { oneOf, raw, sql } from './compile/sql.ts'
import { visible } from './compile/visible.ts'
import type { Connection } from './connection.ts'
import { UNKNOWN, type Names } from './names.ts'

interface Found {
  readonly row: number
  readonly type: number
  readonly id: string
  readonly sequence: number
}

const FOUND = 'r.row, r.type, r.id, r.sequence'

/** Numbers of the parameters by which the source of a reverse include may refer. */
const referringParameters = (names: Names, { source, param }: Include): readonly number[] => {
  if (source === '*') return names.parameters(undefined).filter(id => !ONLY_BY_NAME.has(names.text(id).split('.', 1)[0]!))
  if (param === '*') return names.parameters(source)
  const id = names.find(`${source}.${param}`)
  return id === UNKNOWN ? [] : [id]
}

/** Sequences of what is included, in the order found, and whether some were left out. */
export const includedRows = (
  connection: Connection, names: Names, plan: SearchPlan, matches: readonly number[],
): { readonly sequences: readonly number[]; readonly cut: boolean } => {
  if (plan.includes.length === 0 || matches.length === 0) return { sequences: [], cut: false }
  const seen = new Set(matches)
  const included: Found[] = []
  const seenBy = visible(names, plan.visibility, raw('r'))

  const select = (from: string, where: string, values: readonly (string | number)[]): readonly Found[] =>
    // In the order of the index: to sort all that refers to an organisation would cost more than the page itself.
    connection.all(`SELECT DISTINCT ${FOUND} FROM ${from} WHERE ${inTime(raw('r.row')).text} AND ${where} AND r.deleted = 0
      AND ${seenBy.text} LIMIT ${MAX_INCLUDED + 1}`, [...values, ...seenBy.values]) as unknown as readonly Found[]

  /** Whatever many refer to is looked for once: found, it is seen already. */
  const asked = new Set<string>()
  // Several includes of every reference, told apart by their targets, look at the same rows again.
  const known = new Map<string, ReturnType<typeof referencesOf>>()
  const references = ({ row, type }: Found, param: string): ReturnType<typeof referencesOf> => {
    const key = `${row}.${param}`
    const found = known.get(key) ?? referencesOf(connection, names, row, `${names.text(type)}.${param}`)
    known.set(key, found)
    return found
  }

  const referredTo = (from: Found, include: Include): readonly Found[] => {
    if (include.source !== '*' && names.text(from.type) !== include.source) return []
    return references(from, include.param)
      .filter(({ type }) => include.target === undefined || names.text(type) === include.target)
      .flatMap(({ type, id }) => {
        const target = `${type}/${id}`
        if (asked.has(target)) return []
        asked.add(target)
        return select('resource r', 'r.type = ? AND r.id = ?', [type, id])
      })
  }

  const referring = (to: Found, include: Include): readonly Found[] => {
    if (include.target !== undefined && names.text(to.type) !== include.target) return []
    const parameters = referringParameters(names, include)
    if (parameters.length === 0) return []
    const keys = sql`${oneOf(raw('e.parameter'), parameters)} AND e.value = ${to.id} AND e.system = ${to.type}`
    return select('entry e CROSS JOIN resource r ON r.row = e.row', keys.text, keys.values as (string | number)[])
  }

  let frontier: readonly Found[] = matches.map(row =>
    connection.get(`SELECT ${FOUND} FROM resource r WHERE r.row = ?`, [row]) as unknown as Found)
  for (let depth = 0; depth < MAX_INCLUDE_DEPTH && frontier.length > 0; depth++) {
    const next: Found[] = []
    for (const include of plan.includes.filter(({ iterate }) => iterate || depth === 0)) {
      for (const from of frontier) {
        for (const found of include.direction === 'include' ? referredTo(from, include) : referring(from, include)) {
          if (seen.has(found.row)) continue
          if (included.length === MAX_INCLUDED) return { sequences: included.map(({ sequence }) => sequence), cut: true }
          seen.add(found.row)
          included.push(found)
          next.push(found)
        }
      }
    }
    frontier = next
  }
  const cut = frontier.length > 0 && plan.includes.some(({ iterate }) => iterate)
  return { sequences: included.map(({ sequence }) => sequence), cut }
}
