/**
 * Where the person lives or stays and where their GP practice is, as far as the coverage of a locality can tell. What
 * is ambiguous or unknown leaves the question to the next statement; statements that lead to different places are a
 * conflict, and the place is then not known.
 */
import { isUnlisted, mayBeOnePlace, placeOfDistrict, placeOfPostcode, placeOfPractice, type CoverageIndex, type Place } from '../directory/coverage.ts'
import type { Facts } from './facts.ts'
import type { Conflict } from './facts/claims.ts'
import type { PracticeFact, ResidenceFact } from './facts/person.ts'

const UNKNOWN: Place = { kind: 'unknown' }

/** Where the person lives or stays. The place of the incident counts where nothing else can be told, and contradicts nothing. */
export const residencePlace = (area: CoverageIndex, residence: ResidenceFact | undefined): Place =>
  agreedPlace(area, placesOf(area, residence).map(({ place }) => place))

/** By ODS code, else by the postcode of an Organization that has none. */
export const practicePlace = (area: CoverageIndex, practice: PracticeFact | undefined): Place => agreedPlace(area, practicePlaces(area, practice))

/** What is stated of home and practice and contradicts itself, or cannot be placed. */
export const placeConflicts = (area: CoverageIndex, { residence, practice }: Facts): readonly Conflict[] => {
  const places = placesOf(area, residence?.value)
  const known = places.filter(({ place }) => isKnown(place))
  const from = (residence?.value ?? []).map(where => where.from)
  const unlisted = (residence?.value ?? []).filter(({ postcode }) => postcode !== undefined && isUnlisted(area, postcode))
  return [
    ...(differ(area, known.map(({ place }) => place)) ? [{ fact: 'residence', text: 'what is stated of where the person lives or stays leads to different places', from: known.map(where => where.from) }] : []),
    ...(residence !== undefined && places.every(({ place }) => place.kind === 'unknown')
      ? [{ fact: 'unplaced', text: 'what is stated of where the person lives or stays is no place that this hub knows', from }] : []),
    ...(unlisted.length > 0
      ? [{ fact: 'unplaced', text: 'the postcode is in no postcode directory: it is new, or a slip of the pen', from: unlisted.map(where => where.from) }] : []),
    ...(differ(area, practicePlaces(area, practice?.value).filter(isKnown))
      ? [{ fact: 'practice', text: 'what is stated of the GP practice leads to different places', from: [practice?.from ?? ''] }] : []),
  ]
}

interface Placed {
  readonly place: Place
  readonly from: string
}

const placesOf = (area: CoverageIndex, residence: ResidenceFact = []): readonly Placed[] => {
  const all = residence.map(({ postcode, district, from, isIncident }) => ({
    place: postcode === undefined ? placeOfDistrict(area, district ?? '') : placeOfPostcode(area, postcode), from, isIncident,
  }))
  const own = all.filter(({ isIncident }) => isIncident !== true)
  return own.some(({ place }) => isKnown(place)) ? own : all
}

const practicePlaces = (area: CoverageIndex, practice: PracticeFact | undefined): readonly Place[] => {
  const byCode = (practice?.ods ?? []).map(ods => placeOfPractice(area, ods))
  return byCode.some(isKnown) || practice?.postcode === undefined ? byCode : [placeOfPostcode(area, practice.postcode)]
}

const isKnown = (place: Place): boolean => place.kind === 'district' || place.kind === 'outside'

const agreedPlace = (area: CoverageIndex, places: readonly Place[]): Place => {
  const known = places.filter(isKnown)
  return differ(area, known) ? UNKNOWN : known.find(({ kind }) => kind === 'district') ?? known[0] ?? UNKNOWN
}

const differ = (area: CoverageIndex, places: readonly Place[]): boolean =>
  places.some((place, index) => places.slice(index + 1).some(other => !mayBeOnePlace(area, place, other)))
