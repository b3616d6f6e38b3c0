/**
 * The files of an import as lines: plain, gzip, a ZIP archive or a folder as the publishers hand them out. Streamed;
 * only some hundred kilobytes are in memory at any time.
 */
import { createReadStream, type ReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PassThrough, pipeline, type Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ImportError } from './error.ts'
import { holdsFormat, type Format } from './formats.ts'
import { zipEntries } from './zip.ts'

export interface Source {
  /** As an operator knows it: the file's name, and the name within an archive. */
  readonly name: string
  /** Bytes on disk. */
  readonly bytes: number
  /** Changes when the file does. */
  readonly stamp: string
  /** Lines, many at a time. Rejects with `ImportError` where the file is broken. */
  lines(): AsyncGenerator<LinesRead>
}

export interface LinesRead {
  readonly lines: readonly string[]
  /** Bytes on disk read so far. */
  readonly bytes: number
}

/** A record has a few hundred characters; a file without lines is none of a postcode directory. */
const LONGEST_LINE = 65_536

/** @throws ImportError where nothing of the format is there */
export const sourcesOf = async (paths: readonly string[], format: Format): Promise<readonly Source[]> => {
  const sources: Source[] = []
  for (const path of paths) {
    const found = await sourcesAt(path, format)
    if (found.length === 0) throw new ImportError(`${path} holds no file of the format ${format}`)
    sources.push(...found)
  }
  return sources
}

const sourcesAt = async (path: string, format: Format): Promise<readonly Source[]> => {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImportError(error.code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read: ${error.message}`)
  })
  if (about.isDirectory()) {
    const inside = (await readdir(path, { recursive: true })).filter(name => holdsFormat(format, name)).sort()
    return (await Promise.all(inside.map(name => sourcesAt(join(path, name), format)))).flat()
  }
  const stamp = `${about.size}:${about.mtimeMs}`
  const name = basename(path)
  const kind = await kindOf(path)
  if (kind === 'zip') {
    const entries = await zipEntries(path)
    return entries.filter(entry => entry.bytes > 0 && holdsFormat(format, entry.name)).map(entry => ({
      name: `${name}/${basename(entry.name)}`, bytes: entry.bytes, stamp,
      async* lines() {
        const { content, packed } = await entry.open()
        yield* linesOf(packed, content, `${entry.name} in ${path}`)
      },
    }))
  }
  return [{
    name, bytes: about.size, stamp,
    lines: () => linesOf(createReadStream(path), kind === 'gzip' ? createGunzip() : new PassThrough(), path),
  }]
}

const kindOf = async (path: string): Promise<'plain' | 'gzip' | 'zip'> => {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return 'gzip'
    return buffer.toString('latin1') === 'PK\x03\x04' ? 'zip' : 'plain'
  } finally {
    await file.close()
  }
}

async function* linesOf(packed: ReadStream, content: Transform, name: string): AsyncGenerator<LinesRead> {
  // A fault of either stream ends the iteration below with it.
  pipeline(packed, content, () => undefined)
  content.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of content as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > LONGEST_LINE) throw new ImportError(`${name} is not text in lines`)
      yield { lines, bytes: packed.bytesRead }
    }
  } catch (error) {
    if (error instanceof ImportError) throw error
    throw new ImportError(`${name} is broken: ${(error as Error).message}`)
  }
  if (rest !== '') yield { lines: [rest], bytes: packed.bytesRead }
}
