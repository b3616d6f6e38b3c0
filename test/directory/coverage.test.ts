/** Coverage of Central Lancashire: right where it answers, silent where it cannot know. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { normalPostcode, placeOfDistrict, placeOfPostcode, placeOfPractice } from '../../src/directory/coverage.ts'
import { loadLocalities } from '../../src/directory/load.ts'

const FILE = '../shared/geo/postcodes.csv.gz'
const area = loadLocalities('localities').find(({ name }) => name === 'central-lancashire')?.area
if (area === undefined) throw new Error('central-lancashire is not there')

describe('coverage', () => {
  it.each([['pr12ab', 'PR1 2AB'], [' PR25  1hr ', 'PR25 1HR'], ['W1A 1AA', 'W1A 1AA'], ['PR1', undefined], ['nonsense', undefined]])('reads "%s" as %s', (text, expected) => {
    expect(normalPostcode(text)).toBe(expected)
  })

  it.each([
    ['PR1 2AB', { kind: 'district', code: 'E07000123' }], ['PR7 1AA', { kind: 'district', code: 'E07000118' }], ['PR25 1HR', { kind: 'district', code: 'E07000126' }],
    ['PR3 1AA', { kind: 'ambiguous' }], ['DE14 1AA', { kind: 'outside' }], ['SW1A 1AA', { kind: 'unknown' }], ['', { kind: 'unknown' }],
  ])('places %s', (postcode, expected) => {
    expect(placeOfPostcode(area, postcode)).toEqual(expected)
  })

  it('places districts and practices by code', () => {
    expect(placeOfDistrict(area, 'E07000126')).toEqual({ kind: 'district', code: 'E07000126' })
    expect(placeOfDistrict(area, 'E07000193')).toEqual({ kind: 'outside' })
    expect(placeOfDistrict(area, 'south ribble')).toEqual({ kind: 'district', code: 'E07000126' })
    expect(placeOfDistrict(area, 'Leyland')).toEqual({ kind: 'unknown' })
    expect(placeOfPractice(area, 'M83010')).toEqual({ kind: 'outside' })
    expect(placeOfPractice(area, 'Z99999')).toEqual({ kind: 'unknown' })
  })

  const test = existsSync(FILE) ? it : it.skip
  test(`gives no wrong answer for any postcode (skipped where ${FILE} is absent)`, () => {
    const rows = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n').slice(1)
    const wrong: string[] = []
    let asked = 0
    for (const row of rows) {
      const [postcode = '', district = ''] = row.split(',')
      const place = placeOfPostcode(area, postcode)
      if (place.kind === 'ambiguous' || place.kind === 'unknown') asked++
      else if (place.kind === 'district' ? place.code !== district : area.districts.has(district)) wrong.push(row)
    }
    expect(wrong).toEqual([])
    expect(rows.length).toBeGreaterThan(60_000)
    expect(asked / rows.length).toBeLessThan(0.07)
  })
})
