/** The coverage of both localities as they ship it, and every postcode of the region with its district. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { indexCoverage, type CoverageIndex } from '../../../src/directory/coverage.ts'
import { coverageSchema, surveySchema } from '../../../src/directory/coverage/shipped.ts'
import type { Postcodes } from '../../../src/directory/coverage/table.ts'

export const survey = surveySchema.parse(JSON.parse(readFileSync('localities/coverage.json', 'utf8')))
export const shipped = (['central-lancashire', 'east-staffordshire'] as const).map(name =>
  coverageSchema.parse(JSON.parse(readFileSync(`localities/${name}/coverage.json`, 'utf8'))))

/** Central Lancashire's, then East Staffordshire's. */
export const areasWith = (postcodes?: Postcodes): readonly [CoverageIndex, CoverageIndex] => {
  const [lancashire, staffordshire] = shipped.map(each => indexCoverage(each, shipped, survey, postcodes))
  if (lancashire === undefined || staffordshire === undefined) throw new Error('a locality is missing')
  return [lancashire, staffordshire]
}

export interface KnownPostcode {
  readonly postcode: string
  readonly district: string
  readonly latitude: number
  readonly longitude: number
}

export const REGION = '../shared/geo/postcodes.csv.gz'

/** Where the reference material is absent, the test is skipped; its title says so. */
export const withRegion = existsSync(REGION) ? it : it.skip

/** Rows of a file of the reference material, without its header. */
export const geo = (name: string): readonly (readonly string[])[] =>
  readFileSync(`../shared/geo/${name}`, 'utf8').trim().split(/\r?\n/).slice(1).map(row => row.split(','))

export const regionPostcodes = (): readonly KnownPostcode[] =>
  gunzipSync(readFileSync(REGION)).toString('utf8').trim().split('\n').slice(1).map(row => {
    const [postcode = '', district = '', latitude, longitude] = row.split(',')
    return { postcode, district, latitude: Number(latitude), longitude: Number(longitude) }
  })
