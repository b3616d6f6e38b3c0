/**
 * Coverage: which district a postcode lies in, which district a GP practice belongs to. Facts only; what cannot be told
 * from the data is `ambiguous` or `unknown` and has to be asked, never guessed. docs/coverage.md
 *
 * A postcode is looked up in the imported directory (`coverage/`), where one is in force. Else its sector may tell: the
 * localities ship the sectors that lie wholly in one of their districts, and those known to lie outside all of them.
 */
import { normalPostcode, sectorOf } from './coverage/postcode.ts'
import type { Coverage, Survey } from './coverage/shipped.ts'
import { NO_POSTCODES, type Postcodes, type PostcodeTable } from './coverage/table.ts'

export type Place =
  /** Of this locality, or of another one. */
  | { readonly kind: 'district'; readonly code: string }
  | { readonly kind: 'outside' }
  /** The sector is shared, or sources contradict each other: ask for the district. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'unknown' }

/** Coverage as one locality asks it. */
export interface CoverageIndex {
  readonly sectors: ReadonlyMap<string, Place>
  readonly practices: ReadonlyMap<string, Place>
  /** The locality's own, code to name. */
  readonly districts: ReadonlyMap<string, string>
  readonly postcodes: Postcodes
}

const OUTSIDE: Place = { kind: 'outside' }
const AMBIGUOUS: Place = { kind: 'ambiguous' }
const UNKNOWN: Place = { kind: 'unknown' }

/**
 * One locality's coverage, with what the others know: a sector wholly in another's district is in that district, and
 * one that others share is outside, where the survey has looked at the districts of both.
 */
export const indexCoverage = (
  own: Coverage, all: readonly Coverage[] = [own], survey?: Survey, postcodes: Postcodes = NO_POSTCODES,
): CoverageIndex => {
  const isSurveyed = ({ districts }: Coverage): boolean => districts.every(({ code }) => survey?.districts.includes(code) === true)
  const sectors = new Map<string, Place>()
  if (isSurveyed(own)) {
    for (const sector of survey?.outside ?? []) sectors.set(sector, OUTSIDE)
    for (const { shared } of all.filter(isSurveyed)) for (const sector of shared) sectors.set(sector, OUTSIDE)
  }
  const wholly = new Map<string, Place>()
  const practices = new Map<string, Place>()
  for (const coverage of all) {
    for (const [code, whole] of Object.entries(coverage.sectors)) for (const sector of whole) claim(wholly, sector, code)
    for (const [ods, code] of Object.entries(coverage.practices)) claim(practices, ods, code)
  }
  for (const [sector, place] of wholly) sectors.set(sector, place)
  for (const sector of own.shared) sectors.set(sector, AMBIGUOUS)
  return { sectors, practices, districts: new Map(own.districts.map(({ code, name }) => [code, name])), postcodes }
}

/** What two localities put into different districts has to be asked. */
const claim = (places: Map<string, Place>, name: string, code: string): void => {
  const earlier = places.get(name)
  places.set(name, earlier === undefined || (earlier.kind === 'district' && earlier.code === code) ? { kind: 'district', code } : AMBIGUOUS)
}

/**
 * Where a postcode lies, however it is written. One that is no longer in use lies where it lay. One that the imported
 * directory does not know (a new one, or a slip of the pen) lies where its whole sector lies, if the directory does not
 * contradict that. Half a postcode says nothing.
 */
export const placeOfPostcode = (coverage: CoverageIndex, text: string): Place => {
  const postcode = normalPostcode(text)
  if (postcode === undefined) return UNKNOWN
  const shipped = coverage.sectors.get(sectorOf(postcode)) ?? UNKNOWN
  const table = tableInForce(coverage)
  if (table === undefined) return shipped
  const district = table.find(postcode)?.district
  switch (district?.kind) {
    case 'district': return district
    case 'contradictory': return AMBIGUOUS
    case 'none':
    case undefined: return agreed(shipped, table.districtsAround(postcode), coverage)
  }
}

/**
 * Whether the imported directory has other postcodes of the sector and not this one: it is new, or a slip of the pen.
 * Where it lies may be certain all the same; whether there is such a house is not.
 */
export const isUnlisted = (coverage: CoverageIndex, text: string): boolean => {
  const postcode = normalPostcode(text)
  const table = postcode === undefined ? undefined : tableInForce(coverage)
  return postcode !== undefined && table !== undefined && table.find(postcode) === undefined && table.districtsAround(postcode).size > 0
}

const tableInForce = (coverage: CoverageIndex): PostcodeTable | undefined => {
  const { table } = coverage.postcodes
  return table === undefined || missingDistricts(coverage, table).length > 0 ? undefined : table
}

/**
 * Districts of a locality in which the imported directory has no postcode in use: its codes are of another year, or it
 * is of another region. A locality goes by such a directory not at all, since everybody would live elsewhere by it.
 */
export const missingDistricts = ({ districts }: CoverageIndex, table: PostcodeTable): readonly string[] => {
  const missing: string[] = []
  for (const code of districts.keys()) if (!table.hasDistrict(code)) missing.push(code)
  return missing
}

/** Localities that do not go by the imported directory, a line each, with the districts that it lacks. */
export const notInForce = (localities: readonly { readonly name: string; readonly area: CoverageIndex }[]): readonly string[] =>
  localities.flatMap(({ name, area }) => {
    const { districts, postcodes: { table } } = area
    const missing = table === undefined ? [] : missingDistricts(area, table)
    const named = missing.map(code => `${code} (${districts.get(code)})`).join(', ')
    return missing.length === 0 ? [] : [`not in force for ${name}, no postcode lies in ${named}: its sectors decide`]
  })

/** What is shipped of a sector, where the directory's postcodes of that sector do not say otherwise. */
const agreed = (shipped: Place, around: ReadonlySet<string>, { districts }: CoverageIndex): Place => {
  switch (shipped.kind) {
    case 'district': return [...around].every(code => code === shipped.code) ? shipped : AMBIGUOUS
    case 'outside': return [...around].some(code => districts.has(code)) ? AMBIGUOUS : shipped
    case 'ambiguous':
    case 'unknown': return shipped
  }
}

/** GSS codes of unitary authorities, districts and London boroughs in England, and their like in Wales, Scotland, Northern Ireland. */
const DISTRICT_CODE = /^(?:E0[6-9]|W06|S12|N09)\d{6}$/

/** A code that no district has: it stands for one that no locality serves. */
export const SOME_OTHER_DISTRICT = 'E07999999'

/** A district by its code (GSS), anywhere in the United Kingdom, or by the name of one of the locality's. A county or a ward is none. */
export const placeOfDistrict = ({ districts }: CoverageIndex, text: string): Place => {
  const district = text.trim()
  if (DISTRICT_CODE.test(district)) return { kind: 'district', code: district }
  const name = district.toLowerCase()
  for (const [code, each] of districts) if (each.toLowerCase() === name) return { kind: 'district', code }
  return UNKNOWN
}

/** Whether two places may be one: what is outside a locality may be in any district that is not its own. */
export const mayBeOnePlace = ({ districts }: CoverageIndex, one: Place, other: Place): boolean => {
  if (one.kind === 'district' && other.kind === 'district') return one.code === other.code
  if (one.kind === 'district' && other.kind === 'outside') return !districts.has(one.code)
  if (one.kind === 'outside' && other.kind === 'district') return !districts.has(other.code)
  return one.kind === other.kind
}

/** The district of a practice that any locality lists, by its ODS code. */
export const placeOfPractice = ({ practices }: CoverageIndex, ods: string): Place =>
  practices.get(ods.trim().toUpperCase()) ?? UNKNOWN
