/**
 * The postcode directory, measured without a store: the import of a million postcodes as a process of its own, what a
 * hub needs to take it into force, and what one look-up costs on the serving thread.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { placeOfPostcode } from '../src/directory/coverage.ts'
import { readTable } from '../src/directory/coverage/file.ts'
import { loadLocalities } from '../src/directory/load.ts'
import { madeRow, writeMadePostcodes } from './postcodes.ts'

const ROWS = 1_000_000
const LOOKUPS = 10_000
const ROUNDS = 5
const MEGABYTE = 1e6
const LOCALITIES = fileURLToPath(new URL('../localities', import.meta.url))
const SCRIPT = fileURLToPath(new URL('../scripts/coverage-import.ts', import.meta.url))

/** Milliseconds of CPU that this process spends on some work. */
const cpuOf = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

interface Imported {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly mostResidentMb: number
}

/** The process tells at its end what it used. */
const TOLD = "process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); "
  + "process.stderr.write(JSON.stringify({ cpu: userCPUTime + systemCPUTime, kilobytes: maxRSS })) })"

const measureImport = async (file: string, target: string): Promise<Imported> => {
  const began = performance.now()
  const telling = `data:text/javascript,${encodeURIComponent(TOLD)}`
  const child = spawn(
    process.execPath, ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning', '--import', telling, SCRIPT, file, '--format', 'simple'],
    { env: { ...process.env, COVERAGE: target }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { told += text })
  const [code] = await once(child, 'close') as [number]
  if (code !== 0) throw new Error(told)
  const { cpu, kilobytes } = JSON.parse(told) as { cpu: number; kilobytes: number }
  return { seconds: (performance.now() - began) / 1_000, cpuSeconds: cpu / 1e6, mostResidentMb: kilobytes * 1024 / MEGABYTE }
}

/** @param part of a million rows */
export const measureCoverage = async (part: number, say: (text: string) => void): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-bench-'))
  try {
    const rows = Math.round(ROWS * part)
    const [file, target] = [join(folder, 'made.csv'), join(folder, 'postcodes.bin')]
    await writeMadePostcodes(file, rows)
    const { seconds, cpuSeconds, mostResidentMb } = await measureImport(file, target)
    say(`import of ${rows} postcodes: ${seconds.toFixed(1)} s (60), ${cpuSeconds.toFixed(1)} s CPU, resident at most ${mostResidentMb.toFixed(0)} MB`)

    const loadMs: number[] = []
    for (let round = 0; round < ROUNDS; round++) loadMs.push(await cpuOf(() => readTable(target)))
    say(`taken into force by a hub: ${median(loadMs).toFixed(0)} ms CPU beside its requests, ${(statSync(target).size / MEGABYTE).toFixed(1)} MB resident`)

    const table = await readTable(target)
    const area = loadLocalities(LOCALITIES, { table })[0]?.area
    if (area === undefined) throw new Error('there is no locality')
    const asked = Array.from({ length: LOOKUPS }, (_, index) => madeRow((index * 7_919) % rows).postcode)
    const sectorsOnly = loadLocalities(LOCALITIES)[0]?.area ?? area
    for (const [what, look] of [
      ['position of a postcode', (postcode: string) => table.find(postcode)],
      ['district of a postcode, imported', (postcode: string) => placeOfPostcode(area, postcode)],
      ['district of a postcode, as people write it', (postcode: string) => placeOfPostcode(area, postcode.toLowerCase().replace(' ', ''))],
      ['district of a postcode by its sector', (postcode: string) => placeOfPostcode(sectorsOnly, postcode)],
    ] as const) {
      const nanoseconds: number[] = []
      const all = (): void => { for (const postcode of asked) look(postcode) }
      for (let round = 0; round < ROUNDS; round++) nanoseconds.push(await cpuOf(all) * 1e6 / LOOKUPS)
      say(`  ${what.padEnd(46)} ${median(nanoseconds).toFixed(0).padStart(6)} ns CPU`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
