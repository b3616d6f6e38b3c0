/** `npm run coverage:import` as a process: killed at any moment it goes on, and only one runs at a time. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { madeRow, writeMadePostcodes } from '../../../bench/postcodes.ts'
import { readTable } from '../../../src/directory/coverage/file.ts'
import { openStaging } from '../../../src/directory/coverage/import/staging.ts'

const ROWS = 60_000
/** Each run is a process of its own, and two cores may be shared with others. */
const PATIENCE_MS = 60_000

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'care-connexions-resume-'))
  await writeMadePostcodes(join(folder, 'made.csv'), ROWS)
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const argumentsFor = (...more: readonly string[]): string[] => ['--disable-warning=ExperimentalWarning', 'scripts/coverage-import.ts', ...more]

const run = (target: string, ...more: readonly string[]): Promise<Ended> => new Promise(resolve => {
  const child = execFile(process.execPath, argumentsFor(...more), { env: { ...process.env, COVERAGE: target } }, (_, out, err) => resolve({ code: child.exitCode, out, err }))
})

/** Kills it as soon as it tells of a phase. */
const killedWhile = async (phase: 'reading' | 'writing', target: string, file: string): Promise<void> => {
  const child = spawn(process.execPath, argumentsFor(file, '--format', 'simple'), { env: { ...process.env, COVERAGE: target }, stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  // The first line of progress comes with the first transaction that is kept.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.includes(phase)) child.kill('SIGKILL')
  })
  await once(child, 'exit')
}

const isWhole = async (target: string): Promise<void> => {
  const table = await readTable(target)
  expect(table.size).toBe(ROWS)
  for (let index = 0; index < ROWS; index += 997) {
    const { postcode, district, latitude } = madeRow(index)
    expect(table.find(postcode)).toMatchObject({ district: { code: district } })
    expect(table.find(postcode)?.position?.latitude).toBeCloseTo(latitude, 4)
  }
}

describe('npm run coverage:import', () => {
  it.each([['plain', 'reading'], ['gzip', 'reading'], ['plain', 'writing']] as const)('goes on after kill -9 where it was (%s, %s)', async (kind, phase) => {
    const target = join(folder, `${kind}-${phase}.bin`)
    const made = join(folder, 'made.csv')
    const file = kind === 'plain' ? made : join(folder, 'made.csv.gz')
    if (kind === 'gzip') writeFileSync(file, gzipSync(readFileSync(made), { level: 1 }))
    await killedWhile(phase, target, file)
    if (phase === 'reading') expect(existsSync(target)).toBe(false)
    const { code, out } = await run(target, file, '--format', 'simple')
    expect(out).toMatch(/went on after [1-9]\d{4,} lines of an import that was cut short/)
    expect(out).toContain(`${ROWS} postcodes in`)
    expect(code).toBe(0)
    await isWhole(target)
  }, PATIENCE_MS)

  it('begins anew when the files are others', async () => {
    const target = join(folder, 'other.bin')
    await killedWhile('reading', target, join(folder, 'made.csv'))
    const other = join(folder, 'other.csv')
    writeFileSync(other, 'postcode,district_gss,lat,lon\nPR1 2AB,E07000123,53.7,-2.7\n')
    const { out } = await run(target, other, '--format', 'simple')
    expect(out).not.toContain('went on')
    expect((await readTable(target)).size).toBe(1)
  }, PATIENCE_MS)

  it('says for which locality the directory is in force', async () => {
    const file = join(folder, 'three.csv')
    writeFileSync(file, ['postcode,district_gss,lat,lon', 'PR1 2AB,E07000123,53.7,-2.7', 'PR7 1AA,E07000118,53.6,-2.6', 'PR25 1HR,E07000126,53.7,-2.7', 'PR1,,,'].join('\n'))
    const { code, out } = await run(join(folder, 'three.bin'), file, '--format', 'simple')
    expect(out).toContain('in force for 1 of 2 localities\nnot in force for east-staffordshire, no postcode lies in E07000193 (East Staffordshire), E07000192')
    expect(out).toContain('1 lines could not be read:\n  three.csv line 5: "PR1" is not a postcode')
    expect(code).toBe(0)
  }, PATIENCE_MS)

  it('leaves another import alone', async () => {
    const target = join(folder, 'held.bin')
    const held = openStaging(`${target}.import`, 'another')
    try {
      const { code, err } = await run(target, join(folder, 'made.csv'), '--format', 'simple')
      expect(err).toContain('another import is running')
      expect(code).toBe(1)
    } finally {
      held.remove()
    }
  }, PATIENCE_MS)

  it.each([[[], 'name a file'], [['x.csv', '--format', 'excel'], '--format must be one of: onspd, codepoint, simple']])(
    'says how it is used: %j', async (words, message) => {
      const { code, err } = await run(join(folder, 'none.bin'), ...words)
      expect(err).toContain(message)
      expect(err).toContain('npm run coverage:import -- FILE')
      expect(code).toBe(2)
    }, PATIENCE_MS)
})
