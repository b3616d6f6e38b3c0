/**
 * `npm run coverage:import -- FILE… [--format onspd|codepoint|simple]`: puts a postcode directory into force. FILE may
 * be plain, gzip, a ZIP archive or a folder as its publisher hands it out. Started again after a kill it goes on where
 * it was. The file of COVERAGE is replaced in one step; a hub that runs takes it within seconds. docs/coverage.md
 *
 * Exit status 1: nothing was put into force.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { notInForce } from '../src/directory/coverage.ts'
import { readTable } from '../src/directory/coverage/file.ts'
import { ImportError } from '../src/directory/coverage/import/error.ts'
import { FORMATS, type Format } from '../src/directory/coverage/import/formats.ts'
import { importPostcodes, type Imported, type ImportProgress } from '../src/directory/coverage/import/import.ts'
import { loadLocalities } from '../src/directory/load.ts'
import { progressOn } from './progress.ts'

const USAGE = `npm run coverage:import -- FILE… [--format ${FORMATS.join('|')}]`

class UsageError extends Error {}

const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const formatOf = (text: string): Format => {
  const format = FORMATS.find(each => each === text)
  if (format === undefined) throw new UsageError(`--format must be one of: ${FORMATS.join(', ')}`)
  return format
}

const KILOBYTE = 1024

/** Bytes are told in kilobytes. */
const report = (() => {
  const tell = progressOn<ImportProgress['phase']>(process.stdout, {
    reading: { doing: 'reading', counts: ' kB' }, writing: { doing: 'writing', counts: ' postcodes' },
  })
  return ({ phase, done, total }: ImportProgress): void => {
    const inKilobytes = (count: number): number => (phase === 'reading' ? Math.ceil(count / KILOBYTE) : count)
    tell({ phase, done: inKilobytes(done), total: inKilobytes(total) })
  }
})()

const tell = ({ postcodes, districts, bad, named, contradictory, resumedAfter }: Imported): void => {
  if (resumedAfter > 0) say(`went on after ${resumedAfter} lines of an import that was cut short`)
  say(`${postcodes} postcodes in ${districts} districts`)
  if (bad > 0) say(`${bad} lines could not be read${bad > named.length ? `, the first ${named.length} of them` : ''}:`)
  for (const line of named) say(`  ${line}`)
  const { count, first } = contradictory
  if (count > 0) say(`${count} postcodes stand in two districts and will be asked for: ${first.join(', ')}${count > first.length ? ', …' : ''}`)
}

/** A locality whose districts are missing would have everybody live elsewhere: the hub does not go by it there. */
const tellWhoGoesByIt = async (target: string): Promise<void> => {
  const localities = loadLocalities(fileURLToPath(new URL('../localities', import.meta.url)), { table: await readTable(target) })
  const without = notInForce(localities)
  if (without.length < localities.length) say(`in force for ${localities.length - without.length} of ${localities.length} localities`)
  for (const line of without) say(line)
}

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options: { format: { type: 'string', default: 'onspd' } }, allowPositionals: true })
  if (positionals.length === 0) throw new UsageError('name a file')
  const format = formatOf(values.format)
  const { COVERAGE, CLIENTS } = process.env
  const { coverage: target } = readConfig({ COVERAGE, CLIENTS })
  const before = await readTable(target).catch(() => undefined)
  tell(await importPostcodes({ files: positionals, format, target, now: Date.now(), report }))
  if (before !== undefined) say(`before: ${before.size} postcodes of ${before.origin.source}`)
  await tellWhoGoesByIt(target)
  say(`${target} is replaced; a hub that runs takes it within seconds`)
}

try {
  await run()
} catch (error) {
  const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${error instanceof ImportError || isUsage ? '' : 'the import stopped: '}${message}\n${isUsage ? USAGE : 'what was in force stays in force'}\n`)
  process.exitCode = isUsage ? 2 : 1
}
