/**
 * The layouts in which postcode directories are published, each as a reader from the fields of a line to a postcode.
 *
 * - `onspd`: ONS Postcode Directory, and NSPL. Columns by the names in its first line, which have changed: the district
 *   is `oslaua`, `laua` or `lad25cd`, the grid reference `oseast1m` or `east1m`. Positions as it gives them.
 * - `codepoint`: Ordnance Survey Code-Point Open, ten columns without a header, positions as National Grid references.
 * - `simple`: `postcode,district_gss,lat,lon`.
 */
import { wgs84OfGrid, type Position } from '../osgb36.ts'
import { normalPostcode, postcodeKey } from '../postcode.ts'

export type Format = 'onspd' | 'codepoint' | 'simple'
export const FORMATS: readonly Format[] = ['onspd', 'codepoint', 'simple']

export interface ReadPostcode {
  readonly key: number
  /** GSS code; undefined where the line names none. */
  readonly district: string | undefined
  readonly position: Position | undefined
  readonly isTerminated: boolean
}

/** What is wrong with a line, e.g. `"GIR 0AA" is not a postcode`; undefined: a line that says nothing, such as a header. */
export interface Fault {
  readonly fault: string
}

export type LineReader = (fields: readonly string[]) => ReadPostcode | Fault | undefined

/** The first line is not that of the format: what is missing, in words. */
export interface Unreadable {
  readonly unreadable: string
}

/** The reader for a file of a format, by its first line. */
export const readerFor = (format: Format, first: readonly string[]): LineReader | Unreadable => {
  switch (format) {
    case 'onspd': return byNames(first, ONSPD)
    case 'simple': return byNames(first, SIMPLE)
    case 'codepoint': return codePoint
  }
}

/** Names of the files that a folder or an archive of the format holds. */
export const holdsFormat = (format: Format, path: string): boolean => {
  switch (format) {
    case 'onspd': return /(?:^|\/)(?:ONSPD|NSPL)[^/]*\.csv$/i.test(path) && !/(?:^|\/)(?:multi_csv|Documents)\//i.test(path)
    case 'codepoint': return /(?:^|\/)[a-z]{1,2}\.csv$/i.test(path)
    case 'simple': return /(?:^|\/)[^./][^/]*\.csv(?:\.gz)?$/i.test(path)
  }
}

/** As the licences of the two publishers ask; simple files carry whatever theirs asks. */
export const attributionOf = (format: Format, year: number): string => {
  const royalMail = `Contains Royal Mail data © Royal Mail copyright and database right ${year}`
  const ordnanceSurvey = `Contains OS data © Crown copyright and database right ${year}`
  switch (format) {
    case 'onspd': return `${ordnanceSurvey}; ${royalMail}; Source: Office for National Statistics licensed under the Open Government Licence v.3.0`
    case 'codepoint': return `${ordnanceSurvey}; ${royalMail}; Contains National Statistics data © Crown copyright and database right ${year}`
    case 'simple': return 'as the publisher of the file asks'
  }
}

interface Column {
  readonly meaning: string
  readonly names: RegExp
}

interface Layout {
  readonly postcode: Column
  readonly district: Column
  readonly latitude: Column
  readonly longitude: Column
  /** Where the postcode ended; absent where the format has only those in use. */
  readonly terminated?: Column
}

const ONSPD: Layout = {
  postcode: { meaning: 'the postcode (pcds)', names: /^pcds$/ },
  terminated: { meaning: 'the month of termination (doterm)', names: /^doterm$/ },
  district: { meaning: 'the local authority district (oslaua, laua or lad25cd)', names: /^(?:oslaua|laua|lad\d\dcd|ladcd)$/ },
  latitude: { meaning: 'the latitude (lat)', names: /^lat$/ },
  longitude: { meaning: 'the longitude (long)', names: /^long$/ },
}

const SIMPLE: Layout = {
  postcode: { meaning: 'postcode', names: /^postcode$/ },
  district: { meaning: 'district_gss', names: /^district_gss$/ },
  latitude: { meaning: 'lat', names: /^lat$/ },
  longitude: { meaning: 'lon', names: /^lon$/ },
}

const byNames = (first: readonly string[], layout: Layout): LineReader | Unreadable => {
  const header = first.map(name => name.replace(/^\ufeff/, '').trim().toLowerCase())
  const indexOf = ({ names }: Column): number => header.findIndex(name => names.test(name))
  const missing = Object.values(layout).filter((column: Column) => indexOf(column) === -1).map(({ meaning }: Column) => meaning)
  if (missing.length > 0) return { unreadable: `its first line names no column for ${missing.join(', ')}` }
  const [postcode, district, latitude, longitude] = [layout.postcode, layout.district, layout.latitude, layout.longitude].map(indexOf)
  const terminated = layout.terminated === undefined ? undefined : indexOf(layout.terminated)
  return fields => {
    const [lat, lon] = [fieldAt(fields, latitude), fieldAt(fields, longitude)]
    if (lat === undefined || lon === undefined) return tooShort(fields, first.length)
    const isTerminated = terminated !== undefined && (fieldAt(fields, terminated) ?? '') !== ''
    return postcodeOf(fieldAt(fields, postcode), fieldAt(fields, district), geographic(lat, lon), isTerminated)
  }
}

const CODE_POINT_COLUMNS = 10
/** Positional quality: no coordinates. */
const NOT_LOCATED = '90'

const codePoint: LineReader = fields => {
  const [postcode, quality, easting = '', northing = ''] = fields
  // Whoever joins the files as Ordnance Survey's guide says puts its two lines of column names on top.
  if (postcode === 'PC' || postcode === 'Postcode') return undefined
  if (fields.length !== CODE_POINT_COLUMNS) return tooShort(fields, CODE_POINT_COLUMNS)
  return postcodeOf(postcode, fields[8], quality === NOT_LOCATED ? 'none' : onGrid(easting, northing), false)
}

const fieldAt = (fields: readonly string[], index: number | undefined): string | undefined => fields[index ?? -1]?.trim()

const tooShort = ({ length }: readonly string[], columns: number): Fault => ({ fault: `it has ${length} columns of ${columns}` })

type Located = Position | 'none' | Fault

const postcodeOf = (text: string | undefined, district: string | undefined, located: Located, isTerminated: boolean): ReadPostcode | Fault => {
  const postcode = normalPostcode(text ?? '')
  if (postcode === undefined) return { fault: `${quoted(text)} is not a postcode` }
  const code = district?.trim() ?? ''
  if (code !== '' && !/^[A-Z]\d{8}$/.test(code)) return { fault: `the district ${quoted(code)} of ${postcode} is not a GSS code, such as E07000123` }
  if (typeof located === 'object' && 'fault' in located) return { fault: `${located.fault} of ${postcode}` }
  return { key: postcodeKey(postcode), district: code === '' ? undefined : code, position: located === 'none' ? undefined : located, isTerminated }
}

const quoted = (text: string | undefined): string => JSON.stringify((text ?? '').slice(0, 30))

/** ONS writes 99.999999 where there is no position. */
const NO_LATITUDE = 99
const NUMBER = /^[+-]?\d{1,10}(?:\.\d{1,20})?$/

const geographic = (lat: string, lon: string): Located => {
  if (lat === '' && lon === '') return 'none'
  const [latitude, longitude] = [Number(lat), Number(lon)]
  if (NUMBER.test(lat) && latitude > NO_LATITUDE && latitude < NO_LATITUDE + 1) return 'none'
  return NUMBER.test(lat) && NUMBER.test(lon) && isInBritain(latitude, longitude) ? { latitude, longitude }
    : { fault: `${lat},${lon} is no position in the United Kingdom` }
}

/** Metres: the National Grid is 700 km wide and 1,300 km high. */
const onGrid = (easting: string, northing: string): Located => {
  const [east, north] = [Number(easting), Number(northing)]
  if (east === 0 && north === 0) return 'none'
  const isOnGrid = NUMBER.test(easting) && NUMBER.test(northing) && east > 0 && east < 700_000 && north > 0 && north < 1_300_000
  return isOnGrid ? wgs84OfGrid(east, north) : { fault: `${easting},${northing} is no reference of the National Grid` }
}

/** With Rockall's meridian on one side, the Channel Islands below and Shetland above. */
const isInBritain = (latitude: number, longitude: number): boolean =>
  latitude >= 49 && latitude <= 61.5 && longitude >= -14 && longitude <= 2.5
