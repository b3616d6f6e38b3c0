/** Postcode directories of any size, made: postcodes spread over all areas, districts and positions over England. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { postcodeOfKey, UNITS_OF_SECTOR } from '../src/directory/coverage/postcode.ts'

export interface MadeRow {
  readonly postcode: string
  readonly district: string
  readonly latitude: number
  readonly longitude: number
}

const DISTRICTS = 320
/** As many units as a full sector has in life. */
const UNITS = 120
/** Sectors that two-letter areas with a two-digit district can have: `(26 * 27 * 10 * 37) * 10`. */
const SECTORS = 2_597_400
// Coprime to the number of sectors, so that every row has a sector of its own until all are used.
const STRIDE = 1_234_577

/** The row of a number, the same each time. */
export const madeRow = (index: number): MadeRow => {
  const sector = (Math.floor(index / UNITS) * STRIDE) % SECTORS
  return {
    postcode: postcodeOfKey(sector * UNITS_OF_SECTOR + (index % UNITS) * 5),
    district: `E0${7_000_000 + Math.floor(index / UNITS) % DISTRICTS}`,
    latitude: 50 + (sector % 5_000) / 1_000 + (index % UNITS) / 100_000,
    longitude: -4 + (sector % 5_777) / 1_000 + (index % UNITS) / 100_000,
  }
}

const CHUNK = 5_000

function* chunks(rows: number): Generator<string> {
  yield 'postcode,district_gss,lat,lon\n'
  for (let from = 0; from < rows; from += CHUNK) {
    yield Array.from({ length: Math.min(CHUNK, rows - from) }, (_, index) => {
      const { postcode, district, latitude, longitude } = madeRow(from + index)
      return `${postcode},${district},${latitude.toFixed(5)},${longitude.toFixed(5)}\n`
    }).join('')
  }
}

/** Writes a directory in the simple format. */
export const writeMadePostcodes = (path: string, rows: number): Promise<void> => pipeline(Readable.from(chunks(rows)), createWriteStream(path))
