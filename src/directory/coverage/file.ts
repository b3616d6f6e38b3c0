/**
 * The file of a postcode directory: written whole beside the old one and put in its place, read whole and checked.
 * A file that is broken, half written or of another version is refused by `TableFileError`.
 *
 * Layout, little endian: "CCPOSTCD", version and length of the header (32 bits each), the header in JSON (padded with
 * spaces to 8 bytes), the four columns of `TableColumns`, SHA-256 over all before. docs/decisions/0035-postcodes.md
 */
import { createHash } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { endianness } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { createTable, MOST_DISTRICTS, type PostcodeTable, type TableColumns, type TableOrigin } from './table.ts'

const MAGIC = Buffer.from('CCPOSTCD', 'latin1')
const VERSION = 1
const HEADER_AT = 16
const DIGEST = 32
/** 4 bytes of key, 4 and 4 of position, 2 of district. */
const BYTES_OF_ROW = 14
/** The United Kingdom has 2.7 million postcodes, those no longer in use among them. */
export const MOST_ROWS = 5_000_000
const MOST_BYTES = MOST_ROWS * BYTES_OF_ROW + 1_000_000

const headerSchema = z.strictObject({
  origin: z.strictObject({ source: z.string(), format: z.string(), importedAt: z.string(), attribution: z.string() }),
  districts: z.array(z.string()).max(MOST_DISTRICTS),
  rows: z.int().min(1).max(MOST_ROWS),
})

/** Says what is wrong with the file, and what to do. */
export class TableFileError extends Error {
  constructor(path: string, fault: string) {
    super(`${path} ${fault}; make it anew: npm run coverage:import -- FILE`)
  }
}

/** Replaces the file at once: whoever reads it sees the old one or the new one, also after a crash. */
export const writeTable = async (path: string, origin: TableOrigin, districts: readonly string[], columns: TableColumns): Promise<void> => {
  const json = Buffer.from(JSON.stringify({ origin, districts, rows: columns.keys.length }), 'utf8')
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ')
  json.copy(header)
  const start = Buffer.alloc(HEADER_AT)
  MAGIC.copy(start)
  start.writeUInt32LE(VERSION, 8)
  start.writeUInt32LE(header.length, 12)
  const parts = [start, header, ...[columns.keys, columns.latitudes, columns.longitudes, columns.districts].map(bytesOf)]
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  const beside = `${path}.new`
  const file = await open(beside, 'w')
  try {
    for (const part of [...parts, digest.digest()]) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  await syncFolder(dirname(path))
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Int32Array | Uint16Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)

/** Without it the name may be lost with the power; a folder cannot be flushed everywhere. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const opened = await open(folder, 'r')
    try {
      await opened.sync()
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

// Some milliseconds of digest at a time: requests are served in between.
const CHUNK = 1 << 20

/** @throws TableFileError when it cannot be used; the error of the file system when it cannot be read */
export const readTable = async (path: string): Promise<PostcodeTable> => {
  const refuse = (fault: string): never => { throw new TableFileError(path, fault) }
  if (endianness() !== 'LE') refuse('is for little-endian machines')
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size < HEADER_AT + DIGEST || size > MOST_BYTES) refuse('is not a postcode directory of this hub')
    // Of its own, not from the pool: the columns begin where numbers of four bytes may.
    const bytes = Buffer.allocUnsafeSlow(size)
    const digest = createHash('sha256')
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, size - at), at)
      if (bytesRead === 0) refuse('was cut while it was read')
      digest.update(bytes.subarray(at, Math.min(at + bytesRead, size - DIGEST)))
      at += bytesRead
    }
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) refuse('is not a postcode directory of this hub')
    if (bytes.readUInt32LE(8) !== VERSION) refuse(`is of version ${bytes.readUInt32LE(8)}, this hub reads ${VERSION}`)
    if (!bytes.subarray(size - DIGEST).equals(digest.digest())) refuse('is broken or was written by half (its digest differs)')
    return tableIn(bytes, refuse)
  } finally {
    await file.close()
  }
}

const tableIn = (bytes: Buffer, refuse: (fault: string) => never): PostcodeTable => {
  const length = bytes.readUInt32LE(12)
  const { origin, districts, rows } = headerIn(bytes.subarray(HEADER_AT, HEADER_AT + length)) ?? refuse('has a header that cannot be read')
  const at = HEADER_AT + length
  if (length % 8 !== 0 || at + rows * BYTES_OF_ROW + DIGEST !== bytes.length) refuse('has another length than its header says')
  const { buffer } = bytes
  return createTable(origin, districts, {
    keys: new Uint32Array(buffer, at, rows),
    latitudes: new Int32Array(buffer, at + rows * 4, rows),
    longitudes: new Int32Array(buffer, at + rows * 8, rows),
    districts: new Uint16Array(buffer, at + rows * 12, rows),
  })
}

const headerIn = (bytes: Buffer): z.output<typeof headerSchema> | undefined => {
  try {
    return headerSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    return undefined
  }
}
