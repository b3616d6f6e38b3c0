/** Postcode directories as they are published, imported: every layout, bad lines, archives, and what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { placeOfPostcode } from '../../../src/directory/coverage.ts'
import { readTable } from '../../../src/directory/coverage/file.ts'
import { fieldsOf } from '../../../src/directory/coverage/import/csv.ts'
import { ImportError } from '../../../src/directory/coverage/import/error.ts'
import { FORMATS, type Format } from '../../../src/directory/coverage/import/formats.ts'
import { importPostcodes, type Imported, type ImportProgress } from '../../../src/directory/coverage/import/import.ts'
import type { PostcodeTable } from '../../../src/directory/coverage/table.ts'
import { areasWith, REGION, regionPostcodes, withRegion } from './areas.ts'
import { zipped } from './zipped.ts'

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'care-connexions-import-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const NOW = Date.parse('2026-11-22T10:00:00Z')
const target = (): string => join(folder, 'data', 'postcodes.bin')

const put = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

const told: ImportProgress[] = []
const run = (format: Format, ...files: readonly string[]): Promise<Imported> => {
  told.length = 0
  return importPostcodes({ files, format, target: target(), now: NOW, report: progress => told.push(progress) })
}

const imported = async (format: Format, ...files: readonly string[]): Promise<{ readonly about: Imported; readonly table: PostcodeTable }> =>
  ({ about: await run(format, ...files), table: await readTable(target()) })

const districts = (table: PostcodeTable, ...postcodes: readonly string[]): readonly unknown[] => postcodes.map(postcode => {
  const district = table.find(postcode)?.district
  return district?.kind === 'district' ? district.code : district?.kind
})

/** ONSPD of February 2023, whose columns it has had since 2015 but for their names at the end. */
const ONSPD_2023 = 'pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,nhser,ctry,rgn,streg,pcon,eer,'
  + 'teclec,ttwa,pct,itl,statsward,oa01,casward,npark,lsoa01,msoa01,ur01ind,oac01,oa11,lsoa11,msoa11,wz11,sicbl,bua11,buasd11,ru11ind,oac11,lat,long,lep1,'
  + 'lep2,pfa,imd,calncv,icb,oa21,lsoa21,msoa21'
/** The names of 2025 and later. */
const ONSPD_2025 = 'pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,nhser24cd,ctry25cd,rgn25cd,pcon24cd,'
  + 'ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,icb23cd'

const row = (header: string, values: Readonly<Record<string, string>>): string =>
  header.split(',').map(name => (['lat', 'long'].includes(name) ? values[name] ?? '' : `"${values[name] ?? ''}"`)).join(',')

describe('ONSPD', () => {
  it.each([['2023', ONSPD_2023, 'oslaua'], ['2025', ONSPD_2025, 'lad25cd']])('of %s is read by the names of its columns', async (_, header, district) => {
    const file = put('ONSPD_UK.csv', [
      header,
      row(header, { pcds: 'PR1 2AB', dointr: '198001', [district]: 'E07000123', lat: '53.759500', long: '-2.699310' }),
      row(header, { pcds: 'PR1 2AC', dointr: '198001', doterm: '199606', [district]: 'E07000123', lat: '53.760000', long: '-2.700000' }),
      row(header, { pcds: 'JE2 3AB', dointr: '198001', [district]: 'L99999999', lat: '99.999999', long: '0.000000' }),
      row(header, { pcds: 'BT1 1AA', dointr: '198001', [district]: 'N09000003', lat: '54.602707', long: '-5.924612' }),
      row(header, { pcds: 'GIR 0AA', dointr: '198001', [district]: 'E08000012', lat: '53.4', long: '-2.9' }),
      row(header, { pcds: 'NPT 0AA', doterm: '198001', [district]: 'W06000022', lat: '51.5', long: '-3' }),
    ].join('\r\n'))
    const { about, table } = await imported('onspd', file)
    expect(about).toMatchObject({ postcodes: 4, districts: 3, bad: 2 })
    expect(about.named).toEqual(['ONSPD_UK.csv line 6: "GIR 0AA" is not a postcode', 'ONSPD_UK.csv line 7: "NPT 0AA" is not a postcode'])
    expect(table.find('PR1 2AB')).toEqual({ district: { kind: 'district', code: 'E07000123' }, position: { latitude: 53.7595, longitude: -2.69931 }, isTerminated: false })
    expect(table.find('PR1 2AC')).toMatchObject({ district: { code: 'E07000123' }, isTerminated: true })
    expect(table.find('JE2 3AB')).toEqual({ district: { kind: 'district', code: 'L99999999' }, position: undefined, isTerminated: false })
    expect(table.origin).toMatchObject({ source: 'ONSPD_UK.csv', format: 'onspd', importedAt: '2026-11-22T10:00:00.000Z' })
    expect(table.origin.attribution).toContain('Source: Office for National Statistics licensed under the Open Government Licence v.3.0')
  })

  it('is not what has other columns, which is said', async () => {
    await expect(run('onspd', put('a.csv', 'pcds,doterm,lat,long\nPR1 2AB,,53,-2\n')))
      .rejects.toThrow('a.csv is not in the format onspd: its first line names no column for the local authority district (oslaua, laua or lad25cd)')
  })
})

describe('Code-Point Open', () => {
  const line = (postcode: string, quality: number, easting: number, northing: number, district: string): string =>
    `"${postcode}",${quality},${easting},${northing},"E92000001","E19000002","E18000009","E10000014","${district}","E05012936"`

  it('is read without a header, its grid references as positions', async () => {
    // Ordnance Survey's test point TP05.
    const file = put('so.csv', [line('SO16 0AS', 10, 438711, 114792, 'E07000093'), line('SO160BB', 90, 0, 0, 'E07000093'), line('PR253AA', 10, 353000, 421000, '')].join('\r\n'))
    const { about, table } = await imported('codepoint', file)
    expect(about).toMatchObject({ postcodes: 3, bad: 0 })
    expect(table.find('SO16 0AS')?.position?.latitude).toBeCloseTo(50.9312794, 4)
    expect(table.find('SO16 0AS')?.position?.longitude).toBeCloseTo(-1.4505143, 4)
    expect(table.find('SO16 0BB')).toMatchObject({ district: { code: 'E07000093' }, position: undefined })
    expect(table.find('PR25 3AA')?.district).toEqual({ kind: 'none' })
  })

  it('may be the folder or the archive that Ordnance Survey hands out', async () => {
    const files = {
      'Doc/Code-Point_Open_Column_Headers.csv': 'PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\r\n', 'Doc/licence.txt': 'licence',
      'Data/CSV/pr.csv': `${line('PR1 2AB', 10, 354000, 429000, 'E07000123')}\r\n`, 'Data/CSV/de.csv': `${line('DE141AA', 10, 424500, 323000, 'E07000193')}\r\n`,
    }
    for (const [name, text] of Object.entries(files)) put(join('codepo_gb', name), text)
    for (const from of [join(folder, 'codepo_gb'), put('codepo_gb.zip', zipped(files))]) {
      const { about, table } = await imported('codepoint', from)
      expect(about).toMatchObject({ postcodes: 2, districts: 2, bad: 0 })
      expect(districts(table, 'PR1 2AB', 'DE14 1AA')).toEqual(['E07000123', 'E07000193'])
      rmSync(target())
    }
  })

  it('may be one file of all areas, with the column names on top', async () => {
    const file = put('all.csv', ['PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC', 'Postcode,Positional_quality_indicator,Eastings,Northings,Country_code,NHS_regional_HA_code,NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code',
      line('PR1 2AB', 10, 354000, 429000, 'E07000123')].join('\n'))
    expect((await imported('codepoint', file)).about).toMatchObject({ postcodes: 1, bad: 0 })
  })
})

const SIMPLE = 'postcode,district_gss,lat,lon'
const simple = (...lines: readonly string[]): string => [SIMPLE, ...lines].join('\n')

describe('a simple directory', () => {
  it('may be compressed, and may have its columns in any order', async () => {
    const file = put('a.csv.gz', gzipSync('lon,postcode,note,lat,district_gss\n-2.7,pr12ab,"a, b",53.76,E07000123\n'))
    expect((await imported('simple', file)).table.find('PR1 2AB')).toMatchObject({ district: { code: 'E07000123' }, position: { latitude: 53.76, longitude: -2.7 } })
  })

  it('is imported without the lines that cannot be read, which are counted and named', async () => {
    const { about } = await imported('simple', put('a.csv', simple(
      'PR1 2AB,E07000123,53.7,-2.7', 'PR1,E07000123,53.7,-2.7', 'PR1 2AC,Preston,53.7,-2.7', 'PR1 2AD,E07000123,153.7,-2.7', 'PR1 2AE', '',
      'PR1 2AF,E07000123,,', 'PR1 2AG,E07000123,53.7,-2.7', 'PR1 2AH,E07000123,1e1,-2.7', 'PR1 2AJ,,53.7,-2.7', 'PR1 2AL,E07000123,53.7,-2.7', 'PR1 2AN,E07000123,53.7,-2.7',
    )))
    expect(about).toMatchObject({ postcodes: 6, bad: 5 })
    expect(about.named).toEqual([
      'a.csv line 3: "PR1" is not a postcode',
      'a.csv line 4: the district "Preston" of PR1 2AC is not a GSS code, such as E07000123',
      'a.csv line 5: 153.7,-2.7 is no position in the United Kingdom of PR1 2AD',
      'a.csv line 6: it has 1 columns of 4',
      'a.csv line 10: 1e1,-2.7 is no position in the United Kingdom of PR1 2AH',
    ])
  })

  it('is asked of where it names two districts, and of postcodes in use goes before those that are not', async () => {
    const { about, table } = await imported('simple', put('a.csv', simple('PR1 2AB,E07000123,53.7,-2.7', 'PR12AB,E07000126,53.7,-2.7', 'PR1 2AC,E07000123,53.7,-2.7', 'PR1 2AC,E07000123,53.7,-2.7')))
    expect(about.contradictory).toEqual({ count: 1, first: ['PR1 2AB'] })
    expect(districts(table, 'PR1 2AB', 'PR1 2AC')).toEqual(['contradictory', 'E07000123'])
    const onspd = ['pcds,doterm,oslaua,lat,long', 'PR1 2AB,199606,E07000126,53.7,-2.7', 'PR1 2AB,,E07000123,53.7,-2.7', 'PR1 2AB,199606,E07000126,53.7,-2.7']
    expect(districts((await imported('onspd', put('b.csv', onspd.join('\n')))).table, 'PR1 2AB')).toEqual(['E07000123'])
  })

  it.each<[string, string | Buffer, string]>([
    ['another format', 'pcds,x\nPR1 2AB,1\n', 'is not in the format simple: its first line names no column for postcode, district_gss, lat, lon'],
    ['nothing but a header', `${SIMPLE}\n`, '0 of 0 lines cannot be read as simple: there are none'],
    ['mostly nonsense', simple('PR1 2AB,E07000123,53.7,-2.7', 'x,y,z,0', 'x,y,z,0'), '2 of 3 lines cannot be read as simple: a.csv line 3: "x" is not a postcode'],
    ['half a gzip', gzipSync(simple(...Array.from({ length: 500 }, (_, index) => `PR1 2AB,E07000123,53.7,-2.${index}`))).subarray(0, 400), 'is broken: unexpected end of file'],
    ['no text', Buffer.alloc(200_000, 'x'), 'is not text in lines'],
    ['half an archive', zipped({ 'a.csv': simple('PR1 2AB,E07000123,53.7,-2.7') }).subarray(0, 60), 'is not a whole ZIP archive'],
    ['an archive of other things', zipped({ 'a.txt': 'x' }), 'holds no file of the format simple'],
  ])('that is %s is refused, and the old one stays', async (_, content, message) => {
    await run('simple', put('old.csv', simple('PR1 2AB,E07000123,53.7,-2.7')))
    const before = readFileSync(target())
    await expect(run('simple', put('a.csv', content))).rejects.toThrow(message)
    expect(readFileSync(target()).equals(before)).toBe(true)
    expect((await imported('simple', put('new.csv', simple('PR1 2AC,E07000123,53.7,-2.7')))).about.postcodes).toBe(1)
  })

  it('is not imported where something else stands in the way, which is named', async () => {
    mkdirSync(`${target()}.import`, { recursive: true })
    await expect(run('simple', put('a.csv', simple('PR1 2AB,E07000123,53.7,-2.7')))).rejects.toThrow(/postcodes\.bin\.import cannot be used: /)
    rmSync(`${target()}.import`, { recursive: true })
    writeFileSync(`${target()}.import`, 'no database, but many more than a hundred characters of something else. '.repeat(20))
    await expect(run('simple', put('a.csv', simple('PR1 2AB,E07000123,53.7,-2.7')))).rejects.toThrow(/postcodes\.bin\.import cannot be used: file is not a database/)
  })

  it('that is not there is refused', async () => {
    await expect(run('simple', join(folder, 'missing.csv'))).rejects.toThrow('there is no file')
  })

  it('leaves nothing but the directory behind, and tells how far it is', async () => {
    await run('simple', put('a.csv', simple('PR1 2AB,E07000123,53.7,-2.7')))
    expect([existsSync(`${target()}.import`), existsSync(`${target()}.new`)]).toEqual([false, false])
    expect(told.map(({ phase }) => phase)).toEqual(['reading', 'writing', 'writing'])
    expect(told.every(({ done, total }, index) => done === total || index === 1)).toBe(true)
  })
})

describe('several files', () => {
  const files = (): readonly string[] => [
    put('a.csv', simple('PR1 2AB,E07000123,53.7,-2.7', 'PR1 2AC,E07000123,53.7,-2.7', 'x,,,')),
    put('b.csv', simple('PR7 1AA,E07000118,53.6,-2.6')),
  ]

  it('are one directory, named by the first', async () => {
    const { about, table } = await imported('simple', ...files())
    expect(about).toMatchObject({ postcodes: 3, districts: 2, bad: 1 })
    expect(table.origin.source).toBe('a.csv and 1 more')
  })

  it('go on with the file that an import was stopped before', async () => {
    const both = files()
    const stopped = importPostcodes({ files: both, format: 'simple', target: target(), now: NOW, report: () => { throw new Error('stopped') } })
    await expect(stopped).rejects.toThrow('stopped')
    expect(await run('simple', ...both)).toMatchObject({ postcodes: 3, bad: 1, resumedAfter: 3, named: ['a.csv line 4: "x" is not a postcode'] })
    expect(await run('simple', ...both)).toMatchObject({ postcodes: 3, bad: 1, resumedAfter: 0 })
  })
})

describe('any file', () => {
  const word = fc.oneof(fc.constantFrom('PR1 2AB', 'pr12ac', 'E07000123', '53.7', '-2.7', '99.999999', '354000', '', '"', '\u0000', 'é'), fc.string({ maxLength: 12 }))
  const header = fc.constantFrom(SIMPLE, 'pcds,doterm,oslaua,lat,long', 'PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC', 'x')
  const content = fc.tuple(header, fc.array(fc.array(word, { maxLength: 11 }).map(words => words.join(',')), { maxLength: 8 })).map(([first, lines]) => [first, ...lines].join('\n'))

  it('is imported or refused in words, whatever is in it', async () => {
    await fc.assert(fc.asyncProperty(content, fc.constantFrom(...FORMATS), async (text, format) => {
      const found = await run(format, put('any.csv', text)).catch((error: unknown) => error)
      expect(found instanceof ImportError || (found as Imported).postcodes > 0).toBe(true)
    }), { numRuns: 50, seed: 8 })
  })
})

describe('any archive', () => {
  const whole = zipped({ 'ONSPD_UK.csv': 'pcds,doterm,oslaua,lat,long\nPR1 2AB,,E07000123,53.7,-2.7\n', 'Documents/ONSPD_names.csv': 'x', '__MACOSX/._ONSPD_UK.csv': 'x' })

  it('is imported without what is not the directory', async () => {
    expect((await imported('onspd', put('ONSPD.zip', whole))).about).toMatchObject({ postcodes: 1, bad: 0 })
  })

  it('is imported or refused in words, whichever of its bytes are others', async () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })
    await fc.assert(fc.asyncProperty(changes, async changed => {
      const broken = Buffer.from(whole)
      for (const [at, byte] of changed) broken[at] = byte
      const found = await run('onspd', put('broken.zip', broken)).catch((error: unknown) => error)
      expect(found instanceof ImportError || (found as Imported).postcodes > 0).toBe(true)
    }), { numRuns: 80, seed: 8 })
  })
})

describe('every postcode of the region', () => {
  withRegion(`is in its district after an import (skipped where ${REGION} is absent)`, async () => {
    const { about, table } = await imported('simple', REGION)
    const postcodes = regionPostcodes()
    expect(about).toMatchObject({ postcodes: postcodes.length, bad: 0, contradictory: { count: 0 } })
    for (const area of areasWith({ table })) {
      expect(postcodes.filter(({ postcode, district }) => {
        const place = placeOfPostcode(area, postcode.toLowerCase().replace(' ', ''))
        return place.kind !== 'district' || place.code !== district
      })).toEqual([])
    }
    expect(postcodes.filter(({ postcode, latitude, longitude }) => {
      const position = table.find(postcode)?.position
      return Math.abs((position?.latitude ?? NaN) - latitude) > 1e-6 || !(Math.abs((position?.longitude ?? NaN) - longitude) <= 1e-6)
    })).toEqual([])
  })
})

describe('a line', () => {
  it('is split at its commas, quoted ones apart', () => {
    expect(fieldsOf('"PR1 2AB",10,"a, ""b""",,"c"')).toEqual(['PR1 2AB', '10', 'a, "b"', '', 'c'])
    expect(fieldsOf('a,"b')).toEqual(['a', 'b'])
    expect(fieldsOf('"a",')).toEqual(['a', ''])
  })

  it('gives back what was quoted', () => {
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), fields => {
      expect(fieldsOf(fields.map(field => `"${field.replaceAll('"', '""')}"`).join(','))).toEqual(fields)
    }), { numRuns: 500, seed: 8 })
  })

  it('may be anything', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', 'a', '\r', ' ') }), line => expect(fieldsOf(line).length).toBeGreaterThan(0)), { numRuns: 2_000, seed: 8 })
  })
})
