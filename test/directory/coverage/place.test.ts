/** Coverage of both localities: right where it answers, silent where it cannot know. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  indexCoverage, isUnlisted, mayBeOnePlace, missingDistricts, placeOfDistrict, placeOfPostcode, placeOfPractice, type CoverageIndex, type Place,
} from '../../../src/directory/coverage.ts'
import { areasWith, geo, regionPostcodes, REGION, shipped, survey, withRegion } from './areas.ts'
import { directoryOf, type MadePostcode } from './made.ts'

const [lancashire, staffordshire] = areasWith()
const PRESTON: Place = { kind: 'district', code: 'E07000123' }

describe('coverage by the sectors that are shipped', () => {
  it.each<[string, Place]>([
    ['PR1 2AB', PRESTON], ['PR7 1AA', { kind: 'district', code: 'E07000118' }], ['PR25 1HR', { kind: 'district', code: 'E07000126' }],
    ['PR3 1AA', { kind: 'ambiguous' }], ['DE14 1AA', { kind: 'district', code: 'E07000193' }], ['DE1 1AA', { kind: 'outside' }],
    ['B79 8AA', { kind: 'outside' }], ['SW1A 1AA', { kind: 'unknown' }], ['', { kind: 'unknown' }],
  ])('places %s for Central Lancashire', (postcode, expected) => {
    expect(placeOfPostcode(lancashire, postcode)).toEqual(expected)
  })

  it('asks of a sector that the locality shares, and knows that it is outside of another locality', () => {
    expect(placeOfPostcode(staffordshire, 'B79 8AA')).toEqual({ kind: 'ambiguous' })
    expect(placeOfPostcode(staffordshire, 'PR3 1AA')).toEqual({ kind: 'outside' })
  })

  it.each(['PR1', 'PR1 2', 'PR', 'BFPO 801', 'BF1 2AA', 'GIR 0AA', 'PR1 2AB 3', 'PRé1 2AB', 'PR1 OAB'])('asks of %s', text => {
    expect(placeOfPostcode(lancashire, text)).toEqual({ kind: 'unknown' })
  })

  it('places districts by code and name, practices by code, wherever a locality lists them', () => {
    expect(placeOfDistrict(lancashire, 'E07000126')).toEqual({ kind: 'district', code: 'E07000126' })
    expect(placeOfDistrict(lancashire, 'E07000193')).toEqual({ kind: 'district', code: 'E07000193' })
    expect(placeOfDistrict(lancashire, 'W06000015 ')).toEqual({ kind: 'district', code: 'W06000015' })
    expect(placeOfDistrict(lancashire, ' south ribble')).toEqual({ kind: 'district', code: 'E07000126' })
    // A town, the county, a ward: the district may be any of it.
    for (const text of ['Leyland', 'E10000017', 'E05015101', 'E99999999']) expect(placeOfDistrict(lancashire, text)).toEqual({ kind: 'unknown' })
    expect(placeOfPractice(lancashire, ' p81015')).toEqual(PRESTON)
    expect(placeOfPractice(lancashire, 'M83010')).toEqual({ kind: 'district', code: 'E07000193' })
    expect(placeOfPractice(lancashire, 'Z99999')).toEqual({ kind: 'unknown' })
  })

  it('knows which statements may mean one place', () => {
    const outside: Place = { kind: 'outside' }
    const leeds: Place = { kind: 'district', code: 'E08000035' }
    expect([mayBeOnePlace(lancashire, PRESTON, PRESTON), mayBeOnePlace(lancashire, outside, leeds), mayBeOnePlace(lancashire, leeds, outside), mayBeOnePlace(lancashire, outside, outside)]).toEqual([true, true, true, true])
    expect([mayBeOnePlace(lancashire, PRESTON, leeds), mayBeOnePlace(lancashire, PRESTON, outside), mayBeOnePlace(lancashire, outside, PRESTON)]).toEqual([false, false, false])
    expect(mayBeOnePlace(lancashire, { kind: 'unknown' }, PRESTON)).toBe(false)
  })

  it('takes the six districts for South Staffordshire', () => {
    expect([...staffordshire.districts.values()].sort()).toEqual(
      ['Cannock Chase', 'East Staffordshire', 'Lichfield', 'South Staffordshire', 'Stafford', 'Tamworth'])
  })

  it('says nothing of sectors outside to a locality that was not surveyed with them', () => {
    const elsewhere = { attribution: '', districts: [{ code: 'E08000035', name: 'Leeds' }], sectors: { E08000035: ['LS1 4'] }, shared: ['LS1 5'], practices: {} }
    const leeds = indexCoverage(elsewhere, [...shipped, elsewhere], survey)
    expect(['LS1 4AA', 'LS1 5AA', 'DE1 1AA', 'PR3 1AA', 'PR1 2AB'].map(each => placeOfPostcode(leeds, each).kind))
      .toEqual(['district', 'ambiguous', 'unknown', 'unknown', 'district'])
  })

  it('asks where two localities claim one sector for different districts', () => {
    const claims = { attribution: '', districts: [], sectors: { E08000035: ['PR1 2'] }, shared: [], practices: { P81015: 'E08000035' } }
    const contested = indexCoverage(claims, [...shipped, claims], survey)
    expect(placeOfPostcode(contested, 'PR1 2AB')).toEqual({ kind: 'ambiguous' })
    expect(placeOfPractice(contested, 'P81015')).toEqual({ kind: 'ambiguous' })
  })

  withRegion(`gives no wrong answer for any postcode, and asks of few (skipped where ${REGION} is absent)`, () => {
    const postcodes = regionPostcodes()
    expect(postcodes.length).toBeGreaterThan(60_000)
    for (const area of [lancashire, staffordshire]) {
      const asked = postcodes.filter(({ postcode }) => ['ambiguous', 'unknown'].includes(placeOfPostcode(area, postcode).kind))
      expect(postcodes.filter(({ postcode, district }) => isWrong(area, placeOfPostcode(area, postcode), district))).toEqual([])
      const own = postcodes.filter(({ district }) => area.districts.has(district))
      const askedOfOwn = asked.filter(({ district }) => area.districts.has(district))
      const name = area === lancashire ? 'Central Lancashire' : 'East Staffordshire'
      expect(readFileSync('docs/coverage.md', 'utf8')).toContain(`| ${name} | ${percent(asked.length / postcodes.length)} | ${percent(askedOfOwn.length / own.length)} |`)
    }
  })

  withRegion('ships the sectors that the reference material has wholly in a district, shared, or outside (skipped where it is absent)', () => {
    const sectors = geo('sectors.csv')
    expect(survey.outside.toSorted()).toEqual(sectors.flatMap(([sector = '', , , , whole]) => (whole === 'outside' ? [sector] : [])).toSorted())
    for (const { districts, sectors: wholly, shared } of shipped) {
      for (const { code } of districts) {
        expect([...wholly[code] ?? []].sort()).toEqual(sectors.flatMap(([sector = '', district, , , whole]) => (district === code && whole === 'yes' ? [sector] : [])).sort())
      }
      expect(shared.toSorted()).toEqual([...new Set(sectors.flatMap(([sector = '', district, , , whole]) => (
        districts.some(({ code }) => code === district) && whole === 'no' ? [sector] : [])))].sort())
    }
  })

  withRegion('places every GP practice of the region, by its code and never wrongly by its postcode (skipped where it is absent)', () => {
    const practices = geo('gp-practices.csv')
    expect(practices.length).toBeGreaterThan(100)
    for (const area of [lancashire, staffordshire]) {
      for (const row of practices) {
        const [ods = '', postcode = '', district = ''] = [row[0], row.at(-3), row.at(-2)]
        expect([ods, placeOfPractice(area, ods)]).toEqual([ods, { kind: 'district', code: district }])
        expect([ods, isWrong(area, placeOfPostcode(area, postcode), district)]).toEqual([ods, false])
      }
    }
  })

  it('reads whatever it is given', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), text => {
      expect(['district', 'outside', 'ambiguous', 'unknown']).toContain(placeOfPostcode(lancashire, text).kind)
      expect(placeOfPractice(lancashire, text).kind).toBe('unknown')
      expect(placeOfDistrict(lancashire, text).kind).toBe('unknown')
    }), { numRuns: 600, seed: 8 })
  })
})

describe('coverage with an imported directory', () => {
  const everywhere = ['E07000118', 'E07000123', 'E07000126'].map((district, index) => ({ postcode: `PR3 0A${'ABC'[index]}`, district }))
  const areaWith = (...more: readonly MadePostcode[]): CoverageIndex => areasWith(directoryOf(...everywhere, ...more))[0]

  it('goes by the directory, in shared sectors too', () => {
    const area = areaWith({ postcode: 'SW1A 1AA', district: 'E09000033' })
    expect(placeOfPostcode(area, 'pr3 0ab')).toEqual(PRESTON)
    expect(placeOfPostcode(area, 'SW1A1AA')).toEqual({ kind: 'district', code: 'E09000033' })
  })

  it('places a postcode that is no longer in use where it lay', () => {
    expect(placeOfPostcode(areaWith({ postcode: 'PR3 0ZZ', district: 'E07000123', isTerminated: true }), 'PR3 0ZZ')).toEqual(PRESTON)
  })

  it('asks where the directory contradicts itself', () => {
    expect(placeOfPostcode(areaWith({ postcode: 'PR1 2AB', district: 'contradictory' }), 'PR1 2AB')).toEqual({ kind: 'ambiguous' })
  })

  it('places what the directory does not know, or names no district for, by its whole sector', () => {
    const area = areaWith({ postcode: 'PR1 2AB' })
    expect([placeOfPostcode(area, 'PR1 2AB'), placeOfPostcode(area, 'PR1 2ZZ')]).toEqual([PRESTON, PRESTON])
    expect(placeOfPostcode(area, 'PR3 0ZZ')).toEqual({ kind: 'ambiguous' })
    expect(placeOfPostcode(area, 'ZE1 0AA')).toEqual({ kind: 'unknown' })
  })

  it('says which postcodes the directory should have and does not', () => {
    const area = areaWith({ postcode: 'PR1 2AB', district: 'E07000123' })
    expect(['PR1 2ZZ', 'pr12zz'].map(text => isUnlisted(area, text))).toEqual([true, true])
    // One that is there, one of a sector that it does not cover, half a postcode; and without a directory, any.
    expect(['PR1 2AB', 'SW1A 1AA', 'PR1', ''].map(text => isUnlisted(area, text))).toEqual([false, false, false, false])
    expect([isUnlisted(lancashire, 'PR1 2ZZ'), isUnlisted(areasWith(area.postcodes)[1], 'PR1 2ZZ')]).toEqual([false, false])
  })

  it('asks where the directory has the sector in more districts than is shipped, terminated postcodes apart', () => {
    const moved = areaWith({ postcode: 'PR1 2AB', district: 'E07000126' }, { postcode: 'DE1 1AA', district: 'E07000123' })
    expect(placeOfPostcode(moved, 'PR1 2ZZ')).toEqual({ kind: 'ambiguous' })
    expect(placeOfPostcode(moved, 'DE1 1ZZ')).toEqual({ kind: 'ambiguous' })
    const long = areaWith({ postcode: 'PR1 2AB', district: 'E07000126', isTerminated: true })
    expect(placeOfPostcode(long, 'PR1 2ZZ')).toEqual(PRESTON)
  })

  it('goes by the sectors alone where the directory knows nothing of one of the districts: its codes may be others', () => {
    const [area, other] = areasWith(directoryOf(...everywhere, { postcode: 'PR1 2AB', district: 'E06000099' }))
    expect(area.postcodes.table === undefined || missingDistricts(area, area.postcodes.table)).toEqual([])
    expect(other.postcodes.table !== undefined && missingDistricts(other, other.postcodes.table)).toHaveLength(6)
    const renamed = areasWith(directoryOf({ postcode: 'PR1 2AB', district: 'E06000099' }))[0]
    expect(placeOfPostcode(renamed, 'PR1 2AB')).toEqual(PRESTON)
  })
})

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const isWrong = (area: CoverageIndex, place: Place, district: string): boolean => {
  switch (place.kind) {
    case 'district': return place.code !== district
    case 'outside': return area.districts.has(district)
    case 'ambiguous':
    case 'unknown': return false
  }
}
