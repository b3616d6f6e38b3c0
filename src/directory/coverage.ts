/**
 * Coverage: which district a postcode lies in, which area a GP practice belongs to. Facts only; what cannot be told
 * from the data is `ambiguous` or `unknown` and has to be asked, never guessed.
 *
 * The data are postcode sectors that lie wholly in one district or wholly outside a locality, and GP practices by
 * ODS code (`localities/<name>/coverage.json`, which carries the attribution).
 */

export interface District {
  /** GSS code of the local authority district, e.g. `E07000123`. */
  readonly code: string
  readonly name: string
}

/** What a locality's `coverage.json` says. */
export interface Coverage {
  readonly attribution: string
  readonly districts: readonly District[]
  /** District code to the postcode sectors that lie wholly in it. */
  readonly sectors: Readonly<Record<string, readonly string[]>>
  /** Sectors that lie partly in the locality's districts, or in more than one of them. */
  readonly shared: readonly string[]
  /** Sectors no postcode of which lies in the locality's districts. */
  readonly outside: readonly string[]
  /** ODS code of a GP practice in the locality to its district. */
  readonly practices: Readonly<Record<string, string>>
  /** ODS codes of GP practices known to be elsewhere. */
  readonly practicesOutside: readonly string[]
}

export type Place =
  | { readonly kind: 'district'; readonly code: string }
  | { readonly kind: 'outside' }
  /** The sector is shared: ask for the district. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'unknown' }

export interface CoverageIndex {
  readonly sectors: ReadonlyMap<string, Place>
  readonly practices: ReadonlyMap<string, Place>
  readonly districts: ReadonlyMap<string, District>
}

const OUTSIDE: Place = { kind: 'outside' }
const AMBIGUOUS: Place = { kind: 'ambiguous' }
const UNKNOWN: Place = { kind: 'unknown' }

export const indexCoverage = (coverage: Coverage): CoverageIndex => {
  const districts = new Map(coverage.districts.map(district => [district.code, district]))
  const sectors = new Map<string, Place>()
  for (const sector of coverage.outside) sectors.set(sector, OUTSIDE)
  for (const sector of coverage.shared) sectors.set(sector, AMBIGUOUS)
  for (const [code, wholly] of Object.entries(coverage.sectors)) {
    for (const sector of wholly) sectors.set(sector, { kind: 'district', code })
  }
  const practices = new Map<string, Place>()
  for (const ods of coverage.practicesOutside) practices.set(ods, OUTSIDE)
  for (const [ods, code] of Object.entries(coverage.practices)) practices.set(ods, { kind: 'district', code })
  return { sectors, practices, districts }
}

/** `pr1 2ab` to `PR1 2AB`; undefined when it has not the form of a postcode. */
export const normalPostcode = (text: string): string | undefined => {
  const compact = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return /^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$/.test(compact)
    ? `${compact.slice(0, -3)} ${compact.slice(-3)}` : undefined
}

/** `PR1 2AB` to `PR1 2`. */
export const sectorOf = (postcode: string): string => postcode.slice(0, -2)

export const placeOfPostcode = (coverage: CoverageIndex, postcode: string): Place => {
  const normal = normalPostcode(postcode)
  return normal === undefined ? UNKNOWN : coverage.sectors.get(sectorOf(normal)) ?? UNKNOWN
}

/** A district by its code (GSS) or name: of the locality, or a code of anywhere else in the United Kingdom and so outside. */
export const placeOfDistrict = (coverage: CoverageIndex, district: string): Place => {
  if (coverage.districts.has(district)) return { kind: 'district', code: district }
  const named = [...coverage.districts.values()].find(({ name }) => name.toLowerCase() === district.trim().toLowerCase())
  if (named !== undefined) return { kind: 'district', code: named.code }
  return /^[ENSW]\d{8}$/.test(district) ? OUTSIDE : UNKNOWN
}

export const placeOfPractice = (coverage: CoverageIndex, ods: string): Place =>
  coverage.practices.get(ods.trim().toUpperCase()) ?? UNKNOWN
