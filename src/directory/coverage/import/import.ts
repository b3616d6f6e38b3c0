/**
 * Imports a postcode directory: lines to postcodes, postcodes to the staging file, the whole of it to the directory's
 * file in one step. Lines that cannot be read are counted and named; a file of which most cannot be read is refused.
 */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { writeTable } from '../file.ts'
import { fieldsOf } from './csv.ts'
import { ImportError } from './error.ts'
import { attributionOf, readerFor, type Format, type LineReader, type ReadPostcode } from './formats.ts'
import { sourcesOf, type Source } from './sources.ts'
import { openStaging, type Staging, type Standing } from './staging.ts'

export interface ImportInput {
  /** Files, archives or folders as the publisher hands them out. */
  readonly files: readonly string[]
  readonly format: Format
  /** The directory's file. */
  readonly target: string
  /** Instant, milliseconds. */
  readonly now: number
  readonly report: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly phase: 'reading' | 'writing'
  /** Bytes on disk while reading, postcodes while writing. */
  readonly done: number
  readonly total: number
}

export interface Imported {
  readonly postcodes: number
  readonly districts: number
  /** Lines that could not be read, and the first of them: file, line, what is wrong. */
  readonly bad: number
  readonly named: readonly string[]
  /** Postcodes that the files name with two districts: they are asked for. */
  readonly contradictory: { readonly count: number; readonly first: readonly string[] }
  /** Lines that an import which was cut short had done before. */
  readonly resumedAfter: number
}

/** Lines of a transaction: some 100 ms, and so much is done again after a kill. */
const BATCH = 20_000
const MOST_NAMED = 10

/** @throws ImportError when nothing came of it; what was in force before stays */
export const importPostcodes = async ({ files, format, target, now, report }: ImportInput): Promise<Imported> => {
  const sources = await sourcesOf(files, format)
  mkdirSync(dirname(resolve(target)), { recursive: true })
  const staging = openStaging(`${target}.import`, JSON.stringify([format, sources.map(({ name, bytes, stamp }) => [name, bytes, stamp])]))
  const resumedAfter = staging.standing.good + staging.standing.bad
  try {
    await readAll(sources, format, staging, report)
    refuseUnreadable(staging, format)
    const { codes, columns } = staging.columns()
    const contradictory = staging.contradictory()
    const { bad, named } = staging.standing
    const postcodes = columns.keys.length
    report({ phase: 'writing', done: 0, total: postcodes })
    await writeTable(target, {
      source: sources.length === 1 ? sources[0]?.name ?? '' : `${sources[0]?.name} and ${sources.length - 1} more`,
      format, importedAt: new Date(now).toISOString(), attribution: attributionOf(format, new Date(now).getUTCFullYear()),
    }, codes, columns)
    report({ phase: 'writing', done: postcodes, total: postcodes })
    staging.remove()
    return { postcodes, districts: codes.length, bad, named, contradictory, resumedAfter }
  } catch (error) {
    staging.close()
    throw error
  }
}

const readAll = async (sources: readonly Source[], format: Format, staging: Staging, report: ImportInput['report']): Promise<void> => {
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  for (const [index, source] of sources.entries()) {
    const started = before
    if (index >= staging.standing.source) await readOne(source, index, format, staging, done => report({ phase: 'reading', done: started + done, total }))
    before += source.bytes
  }
}

const readOne = async (source: Source, index: number, format: Format, staging: Staging, told: (bytes: number) => void): Promise<void> => {
  const doneBefore = index === staging.standing.source ? staging.standing.lines : 0
  let read: LineReader | undefined
  let line = 0
  let batch: ReadPostcode[] = []
  let { bad, good, named } = staging.standing
  const keep = (standing: Pick<Standing, 'source' | 'lines'>): void => {
    staging.add(batch, { ...standing, bad, good, named })
    batch = []
  }
  for await (const { lines, bytes } of source.lines()) {
    for (const text of lines) {
      line++
      if (read === undefined) {
        const reader = readerFor(format, fieldsOf(text.trimEnd()))
        if (typeof reader !== 'function') throw new ImportError(`${source.name} is not in the format ${format}: ${reader.unreadable}`)
        read = reader
        if (format !== 'codepoint') continue
      }
      if (line <= doneBefore || text.length <= 1) continue
      const found = read(fieldsOf(text))
      if (found === undefined) continue
      if ('fault' in found) {
        bad++
        if (named.length < MOST_NAMED) named = [...named, `${source.name} line ${line}: ${found.fault}`]
      } else {
        good++
        batch.push(found)
      }
    }
    if (batch.length >= BATCH) {
      keep({ source: index, lines: line })
      told(bytes)
    }
  }
  keep({ source: index + 1, lines: 0 })
  told(source.bytes)
}

/** Then the format is another one, or the file is: what little could be read is no directory. */
const refuseUnreadable = (staging: Staging, format: Format): void => {
  const { bad, good, named } = staging.standing
  if (good > bad) return
  staging.remove()
  throw new ImportError(`${bad} of ${bad + good} lines cannot be read as ${format}: ${named[0] ?? 'there are none'}`)
}
