/**
 * The artefact: one file that holds every compiled definition, written once, read without parsing what is not asked for.
 *
 * First line: the header (fingerprint, length of the index). Then the index: for each section, keys with the offset
 * and length of their text. Then the texts. One file is replaced by one rename, so a reader never sees a mixture of
 * two builds, and a running hub keeps what it loaded.
 */
import { closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the artefact lies unless told otherwise: `build/definitions/` of the project. */
export const DEFINITIONS_FOLDER = fileURLToPath(new URL('../../build/definitions', import.meta.url))
const FILE = 'definitions.pack'
const HEADER_LENGTH = 200

/** Changes when the layout does. */
const FORMAT = 1

interface Header {
  readonly format: number
  readonly fingerprint: string
  readonly indexLength: number
}

/** section -> key -> text */
export type Sections = Readonly<Record<string, ReadonlyMap<string, string>>>

export interface Pack {
  readonly fingerprint: string
  /** Size of the file in bytes. */
  readonly size: number
  keys(section: string): readonly string[]
  /** The text of a key, decoded anew at each call. */
  text(section: string, key: string): string | undefined
}

function parseHeader(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Header
    return header.format === FORMAT ? header : undefined
  } catch {
    return undefined
  }
}

/** Fingerprint of the artefact in `folder`; undefined when there is none that this version can read. */
export function packedFingerprint(folder: string): string | undefined {
  let file: number
  try {
    file = openSync(join(folder, FILE), 'r')
  } catch {
    return undefined
  }
  try {
    const header = Buffer.alloc(HEADER_LENGTH)
    readSync(file, header, 0, HEADER_LENGTH, 0)
    return parseHeader(header.toString('utf8'))?.fingerprint
  } finally {
    closeSync(file)
  }
}

/** Writes the artefact beside the old one and puts it in its place by a rename; answers its size in bytes. */
export function writePack(folder: string, fingerprint: string, sections: Sections): number {
  const texts: Buffer[] = []
  const index: Record<string, Record<string, [number, number]>> = {}
  let offset = 0
  for (const [section, entries] of Object.entries(sections)) {
    const places: Record<string, [number, number]> = index[section] = {}
    for (const [key, text] of entries) {
      const bytes = Buffer.from(`${text}\n`)
      texts.push(bytes)
      places[key] = [offset, bytes.length - 1]
      offset += bytes.length
    }
  }
  const indexBytes = Buffer.from(`${JSON.stringify(index)}\n`)
  const header: Header = { format: FORMAT, fingerprint, indexLength: indexBytes.length }
  const headerBytes = Buffer.from(`${JSON.stringify(header).padEnd(HEADER_LENGTH - 1)}\n`)
  const whole = Buffer.concat([headerBytes, indexBytes, ...texts])

  mkdirSync(folder, { recursive: true })
  const temporary = join(folder, `${FILE}.${randomUUID()}`)
  try {
    writeFileSync(temporary, whole)
    renameSync(temporary, join(folder, FILE))
  } finally {
    rmSync(temporary, { force: true })
  }
  return whole.length
}

/** @throws Error when there is no artefact in `folder`, saying how to make one */
export function readPack(folder: string): Pack {
  let whole: Buffer
  try {
    whole = readFileSync(join(folder, FILE))
  } catch {
    throw new Error(`there are no compiled definitions in ${folder}; run: node scripts/definitions.ts`)
  }
  const header = parseHeader(whole.toString('utf8', 0, HEADER_LENGTH))
  if (header === undefined) {
    throw new Error(`the compiled definitions in ${folder} are of another version; run: node scripts/definitions.ts`)
  }
  const start = HEADER_LENGTH + header.indexLength
  const index = JSON.parse(whole.toString('utf8', HEADER_LENGTH, start)) as Record<string, Record<string, [number, number]>>
  const places = new Map(Object.entries(index).map(([section, entries]) => [section, new Map(Object.entries(entries))]))
  return {
    fingerprint: header.fingerprint,
    size: whole.length,
    keys: section => [...places.get(section)?.keys() ?? []],
    text: (section, key) => {
      const place = places.get(section)?.get(key)
      return place && whole.toString('utf8', start + place[0], start + place[0] + place[1])
    },
  }
}
