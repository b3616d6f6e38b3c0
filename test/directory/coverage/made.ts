/** Postcode directories made for a test, in memory. */
import { postcodeKey } from '../../../src/directory/coverage/postcode.ts'
import {
  CONTRADICTORY, createTable, FIRST_DISTRICT, microdegrees, NO_DISTRICT, NO_POSITION, TERMINATED, type Postcodes, type TableColumns,
} from '../../../src/directory/coverage/table.ts'

export interface MadePostcode {
  readonly postcode: string
  /** A GSS code, or `contradictory`; absent: the directory names none. */
  readonly district?: string
  readonly at?: readonly [latitude: number, longitude: number]
  readonly isTerminated?: boolean
}

export const ORIGIN = { source: 'made.csv', format: 'simple', importedAt: '2026-11-22T10:00:00.000Z', attribution: 'invented' }

export const madeColumns = (made: readonly MadePostcode[]): { readonly codes: readonly string[]; readonly columns: TableColumns } => {
  const rows = made.map(each => ({ ...each, key: postcodeKey(each.postcode) })).sort((one, other) => one.key - other.key)
  const codes = [...new Set(rows.flatMap(({ district }) => (district === undefined || district === 'contradictory' ? [] : [district])))]
  const numberOf = (district: string | undefined): number => {
    if (district === undefined) return NO_DISTRICT
    return district === 'contradictory' ? CONTRADICTORY : codes.indexOf(district) + FIRST_DISTRICT
  }
  return {
    codes,
    columns: {
      keys: Uint32Array.from(rows, ({ key }) => key),
      latitudes: Int32Array.from(rows, ({ at }) => (at === undefined ? NO_POSITION : microdegrees(at[0]))),
      longitudes: Int32Array.from(rows, ({ at }) => (at === undefined ? NO_POSITION : microdegrees(at[1]))),
      districts: Uint16Array.from(rows, ({ district, isTerminated }) => numberOf(district) + (isTerminated === true ? TERMINATED : 0)),
    },
  }
}

export const directoryOf = (...made: readonly MadePostcode[]): Postcodes => {
  const { codes, columns } = madeColumns(made)
  return { table: createTable(ORIGIN, codes, columns) }
}
