/**
 * Files of a ZIP archive, as the publishers pack their directories: stored or deflated, without encryption, below 4 GB.
 * PKWARE APPNOTE 4.3: the end record points to the central directory, which names each file and where it begins.
 */
import { createReadStream, type ReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { PassThrough, type Transform } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { ImportError } from './error.ts'

export interface ZipEntry {
  readonly name: string
  /** Compressed bytes. */
  readonly bytes: number
  /** The content, and the compressed bytes of it. */
  open(): Promise<OpenedEntry>
}

export interface OpenedEntry {
  readonly content: Transform
  readonly packed: ReadStream
}

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 65_535
const STORED = 0
const DEFLATED = 8

/** @throws ImportError where it is none, or is broken */
export const zipEntries = async (path: string): Promise<readonly ZipEntry[]> => {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tail = await bytesAt(file, Math.max(0, size - END_BYTES - LONGEST_COMMENT), Math.min(size, END_BYTES + LONGEST_COMMENT))
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
    if (end === -1 || tail.length - end < END_BYTES || tail.readUInt32LE(end) !== END) throw new ImportError(`${path} is not a whole ZIP archive`)
    const [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
    if (count === 0xffff || start === 0xffff_ffff) throw new ImportError(`${path} is a ZIP archive of more than 4 GB: unpack it first`)
    if (start + length > size) throw new ImportError(`${path} is not a whole ZIP archive`)
    return entriesIn(await bytesAt(file, start, length), count, path)
  } finally {
    await file.close()
  }
}

const bytesAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

const entriesIn = (directory: Buffer, count: number, path: string): readonly ZipEntry[] => {
  const entries: ZipEntry[] = []
  for (let at = 0, index = 0; index < count; index++) {
    if (directory.length - at < 46 || directory.readUInt32LE(at) !== CENTRAL) throw new ImportError(`${path} has a broken list of files`)
    const nameLength = directory.readUInt16LE(at + 28)
    const method = directory.readUInt16LE(at + 10)
    const bytes = directory.readUInt32LE(at + 20)
    const localAt = directory.readUInt32LE(at + 42)
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    const isEncrypted = (directory.readUInt16LE(at + 8) & 1) === 1
    entries.push({
      name, bytes,
      open: () => {
        if (isEncrypted || (method !== STORED && method !== DEFLATED)) {
          throw new ImportError(`${name} in ${path} cannot be unpacked here: unpack it first`)
        }
        return opened(path, localAt, bytes, method)
      },
    })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** The local header repeats the name, with extra fields of its own length. */
const opened = async (path: string, localAt: number, bytes: number, method: number): Promise<OpenedEntry> => {
  const file = await open(path, 'r')
  try {
    const header = await bytesAt(file, localAt, 30)
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) throw new ImportError(`${path} is a broken ZIP archive`)
    const start = localAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const packed = createReadStream(path, { start, end: start + bytes - 1 })
    const content = method === DEFLATED ? createInflateRaw() : new PassThrough()
    return { content, packed }
  } finally {
    await file.close()
  }
}
