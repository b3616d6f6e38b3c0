/** Districts by position: right or asked for, at every postcode of the region. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { loadBoundaries } from '../../src/directory/find/boundaries.ts'

const localities = fileURLToPath(new URL('../../localities', import.meta.url))
const placeOf = loadBoundaries(localities)
const postcodes = new URL('../../../shared/geo/postcodes.csv.gz', import.meta.url)

it.each<[string, number, number, object]>([
  ['Preston', 53.7632, -2.7031, { kind: 'district', code: 'E07000123' }], ['Burton upon Trent', 52.8019, -1.6367, { kind: 'district', code: 'E07000193' }],
  ['Manchester', 53.4808, -2.2426, { kind: 'outside' }], ['the antipodes', -53.7632, 177.2969, { kind: 'outside' }], ['a corner of an outline', 53.59369, -2.62585, { kind: 'ambiguous' }],
])('%s', (_name, latitude, longitude, place) => expect(placeOf({ latitude, longitude })).toEqual(place))

it('without outlines nothing is known of any position', () => {
  expect(loadBoundaries(fileURLToPath(new URL('.', import.meta.url)))({ latitude: 53.7632, longitude: -2.7031 })).toEqual({ kind: 'unknown' })
})

const whole = existsSync(postcodes) ? it : it.skip
whole('is never wrong at a postcode of the region, and is told at nine of ten (skipped without ../shared)', () => {
  const served = new Set((JSON.parse(readFileSync(`${localities}/boundaries.geojson`, 'utf8')) as { features: { properties: { gss: string } }[] }).features.map(({ properties }) => properties.gss))
  const rows = gunzipSync(readFileSync(postcodes)).toString('utf8').trim().split('\n').slice(1).map(row => row.split(','))
  let told = 0
  const wrong: string[] = []
  for (const [postcode = '', district = '', latitude, longitude] of rows) {
    const place = placeOf({ latitude: Number(latitude), longitude: Number(longitude) })
    if (place.kind === 'ambiguous') continue
    told++
    if (place.kind === 'district' ? place.code !== district : served.has(district)) wrong.push(postcode)
  }
  expect(wrong).toEqual([])
  expect(told / rows.length).toBeGreaterThan(0.9)
})
