/**
 * Reading a tar archive from memory: regular files by name, in the forms that npm packages have (ustar, with pax headers and
 * GNU's for long names). Nothing is written anywhere, links and devices are passed over, and what is damaged is refused.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */

/** An archive, or something in it, that cannot be read: says why. */
export class BrokenArchive extends Error {}

export interface ArchivedFile {
  /** `package/StructureDefinition-x.json`: relative, without `..`. */
  readonly name: string
  readonly content: Buffer
}

const BLOCK = 512
/** A package of a nation has some thousand files. */
const MAX_FILES = 50_000
const MAX_NAME = 4_096

const text = (block: Buffer, start: number, length: number): string => block.toString('utf8', start, start + length).split('\0', 1)[0] ?? ''

/** Octal digits, blanks around them; empty is 0. @throws BrokenArchive on anything else, such as a size beyond 8 GB */
const octal = (block: Buffer, start: number, length: number, what: string): number => {
  const digits = text(block, start, length).trim()
  if (!/^[0-7]*$/.test(digits)) throw new BrokenArchive(`the ${what} in a header is no octal number`)
  return Number.parseInt(digits || '0', 8)
}

const isSumRight = (header: Buffer): boolean => {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  return sum === octal(header, 148, 8, 'checksum')
}

/** Records of a pax header: `LENGTH KEY=VALUE\n`. */
const paxRecords = (content: Buffer): ReadonlyMap<string, string> => {
  const records = new Map<string, string>()
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at)
    const length = Number(content.toString('latin1', at, Math.max(at, blank)))
    const record = content.toString('utf8', blank + 1, at + length)
    const equals = record.indexOf('=')
    if (blank < 0 || !Number.isInteger(length) || length <= blank - at || at + length > content.length || equals < 0 || !record.endsWith('\n')) {
      throw new BrokenArchive('a pax header cannot be read')
    }
    records.set(record.slice(0, equals), record.slice(equals + 1, -1))
    at += length
  }
  return records
}

/** A name that stays below where it starts. */
const isInside = (name: string): boolean => !name.startsWith('/') && !name.includes('\\') && !name.split('/').includes('..')

/** @throws BrokenArchive when it is cut short, damaged or holds a name that leads out of it */
export function* filesIn(tar: Buffer): Generator<ArchivedFile> {
  let long: { readonly name?: string; readonly size?: number } = {}
  let files = 0
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.every(byte => byte === 0)) return
    if (!isSumRight(header)) throw new BrokenArchive(`the header at byte ${at} is damaged, or this is no tar archive`)
    const size = long.size ?? octal(header, 124, 12, 'size')
    const start = at + BLOCK
    if (start + size > tar.length) throw new BrokenArchive('it is cut short')
    const content = tar.subarray(start, start + size)
    at = start + Math.ceil(size / BLOCK) * BLOCK
    const kind = String.fromCharCode(header[156]!)
    switch (kind) {
      case 'x': {
        const records = paxRecords(content)
        const [name, bytes] = [records.get('path'), records.get('size')]
        if (bytes !== undefined && !/^\d{1,12}$/.test(bytes)) throw new BrokenArchive('a pax header has a size that is no number')
        long = { ...(name === undefined ? {} : { name }), ...(bytes === undefined ? {} : { size: Number(bytes) }) }
        continue
      }
      case 'L':
        long = { name: text(content, 0, content.length) }
        continue
      case '0':
      case '\0': {
        const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
        const name = long.name ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`)
        if (name.length > MAX_NAME || !isInside(name)) throw new BrokenArchive(`the name "${name.slice(0, 80)}" leads out of it`)
        if (++files > MAX_FILES) throw new BrokenArchive(`it has more than ${MAX_FILES} files`)
        yield { name, content }
      }
    }
    long = {}
  }
  throw new BrokenArchive('it is cut short')
}
