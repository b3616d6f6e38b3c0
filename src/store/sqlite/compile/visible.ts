/** Visibility as a test of a resource row: its own labels, or those of its case (docs/decisions/0003-visibility.md). */
import type { Visibility } from '../../../search/plan.ts'
import { UNKNOWN, type Names } from '../names.ts'
import { FALSE, oneOf, or, raw, sql, TRUE, type Sql } from './sql.ts'

/** Labels of a resource as kept in its row: `,3,17,`. */
export const labelList = (ids: readonly number[]): string => (ids.length === 0 ? '' : `,${ids.join(',')},`)

export const visible = (names: Names, visibility: Visibility, resource: Sql): Sql => {
  if (visibility.kind === 'all') return TRUE
  const labels = visibility.labels.map(label => names.find(label)).filter(id => id !== UNKNOWN)
  if (labels.length === 0) return FALSE
  return or([
    ...labels.map(label => sql`instr(${resource}.labels, ${`,${label},`}) > 0`),
    sql`EXISTS (SELECT 1 FROM case_label c WHERE c.case_id = ${resource}.case_id AND ${oneOf(raw('c.label'), labels)})`,
  ])
}
