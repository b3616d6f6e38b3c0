/** The file of a postcode directory: what was written is read, and nothing else is. Which one a hub goes by. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { readTable, TableFileError, writeTable } from '../../../src/directory/coverage/file.ts'
import { openPostcodes, shownCoverage, type LivePostcodes } from '../../../src/directory/coverage/live.ts'
import { postcodeOfKey } from '../../../src/directory/coverage/postcode.ts'
import { positionOfPostcode } from '../../../src/directory/coverage/table.ts'
import { directoryOf, madeColumns, ORIGIN, type MadePostcode } from './made.ts'

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'care-connexions-postcodes-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const some: readonly MadePostcode[] = [
  { postcode: 'PR1 2AB', district: 'E07000123', at: [53.7595, -2.69931] },
  { postcode: 'DE14 1AA', district: 'E07000193' },
  { postcode: 'ZE3 9XP', district: 'S12000027', at: [59.87364, -1.30682], isTerminated: true },
  { postcode: 'B1 1AA', at: [52.47, -1.9] },
]

const write = async (made: readonly MadePostcode[] = some, name = 'postcodes.bin'): Promise<string> => {
  const path = join(folder, name)
  const { codes, columns } = madeColumns(made)
  await writeTable(path, ORIGIN, codes, columns)
  return path
}

describe('the file of a directory', () => {
  it('gives back what was written', async () => {
    const table = await readTable(await write())
    expect(table.origin).toEqual(ORIGIN)
    expect(table.size).toBe(4)
    expect(table.find('PR1 2AB')).toEqual({ district: { kind: 'district', code: 'E07000123' }, position: { latitude: 53.7595, longitude: -2.69931 }, isTerminated: false })
    expect(table.find('DE14 1AA')?.position).toBeUndefined()
    expect(table.find('ZE3 9XP')).toMatchObject({ isTerminated: true, position: { latitude: 59.87364, longitude: -1.30682 } })
    expect(table.find('B1 1AA')?.district).toEqual({ kind: 'none' })
    expect(table.find('PR1 2AC')).toBeUndefined()
    expect([table.hasDistrict('E07000123'), table.hasDistrict('S12000027'), table.hasDistrict('E07000118')]).toEqual([true, false, false])
  })

  it('gives back any directory', async () => {
    const keys = fc.uniqueArray(fc.nat({ max: 1_755_842_399 }), { minLength: 1, maxLength: 60 })
    await fc.assert(fc.asyncProperty(keys, async numbers => {
      const made = numbers.map(key => ({ postcode: postcodeOfKey(key), district: `E0${7_000_000 + key % 400}`, at: [50 + key % 9, -(key % 5)] as const }))
      const table = await readTable(await write(made))
      for (const { postcode, district, at: [latitude, longitude] } of made) {
        expect(table.find(postcode)).toEqual({ district: { kind: 'district', code: district }, position: { latitude, longitude: longitude + 0 }, isTerminated: false })
      }
      expect([...table.districtsAround(made[0]?.postcode ?? '')].sort()).toEqual(
        [...new Set(made.filter(({ postcode }) => postcode.slice(0, -2) === made[0]?.postcode.slice(0, -2)).map(({ district }) => district))].sort())
    }), { numRuns: 50, seed: 8 })
  })

  it('is refused when it is cut at any place', async () => {
    const path = await write()
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 7) {
      truncateSync(path, 0)
      writeFileSync(path, whole.subarray(0, length))
      await expect(readTable(path)).rejects.toBeInstanceOf(TableFileError)
    }
  })

  it('is refused when any of its bytes is another, and says what to do', async () => {
    const path = await write()
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at += 5) {
      const broken = Buffer.from(whole)
      broken[at] = (broken[at] ?? 0) ^ 0x10
      writeFileSync(path, broken)
      await expect(readTable(path)).rejects.toThrow(/npm run coverage:import/)
    }
  })

  it('is refused when it is something else', async () => {
    const path = join(folder, 'postcodes.bin')
    writeFileSync(path, 'postcode,district_gss,lat,lon\nPR1 2AB,E07000123,53.7,-2.7\n'.repeat(100))
    await expect(readTable(path)).rejects.toThrow('is not a postcode directory of this hub')
  })
})

describe('the directory in force', () => {
  const problems: Error[] = []
  const changes: number[] = []
  let live: LivePostcodes | undefined
  const opened = async (path: string): Promise<LivePostcodes> => {
    problems.length = 0
    changes.length = 0
    live = await openPostcodes(path, { onProblem: error => problems.push(error), onChange: ({ size }) => changes.push(size) })
    return live
  }
  afterEach(() => live?.close())

  it('is none where there is no file, and says so', async () => {
    const postcodes = await opened(join(folder, 'missing.bin'))
    expect(postcodes.table).toBeUndefined()
    expect(problems).toEqual([])
    expect(shownCoverage(postcodes)).toContain('no postcode directory is imported')
  })

  it('is another as soon as its file is, without a restart', async () => {
    const path = join(folder, 'postcodes.bin')
    const postcodes = await opened(path)
    await write()
    await postcodes.refresh()
    expect(shownCoverage(postcodes)).toBe('4 postcodes of made.csv (simple), imported 2026-11-22')
    await write(some.slice(0, 1))
    await postcodes.refresh()
    expect(postcodes.table?.size).toBe(1)
    expect(changes).toEqual([4, 1])
    await postcodes.refresh()
    expect(changes).toHaveLength(2)
  })

  it('stays when its file is broken, and told of once; and when it goes', async () => {
    const path = await write()
    const postcodes = await opened(path)
    truncateSync(path, 100)
    await postcodes.refresh()
    await postcodes.refresh()
    expect(problems).toHaveLength(1)
    expect(postcodes.table?.size).toBe(4)
    rmSync(path)
    await postcodes.refresh()
    expect(postcodes.table?.size).toBe(4)
  })

  it('is none when the hub starts on a broken file, which is told of', async () => {
    const path = await write()
    truncateSync(path, 100)
    expect((await opened(path)).table).toBeUndefined()
    expect(problems).toHaveLength(1)
  })
})

describe('where a postcode lies', () => {
  it('is known however it is written, and unknown without a directory', () => {
    expect(positionOfPostcode(directoryOf(...some), 'pr12ab')).toEqual({ latitude: 53.7595, longitude: -2.69931 })
    for (const text of ['DE14 1AA', 'PR1 2AC', 'PR1', '', 'GIR 0AA']) expect(positionOfPostcode(directoryOf(...some), text)).toBeUndefined()
    expect(positionOfPostcode({ table: undefined }, 'PR1 2AB')).toBeUndefined()
  })
})
