/**
 * The place that `$find` is asked for: a postcode, a position or a district, as the coverage of all localities has it. What is
 * ambiguous or unknown is asked for, with what to send, and never guessed.
 */
import type { Place as Position } from '../../search/positions.ts'
import { normalPostcode } from '../coverage/postcode.ts'
import { positionOfPostcode } from '../coverage/table.ts'
import { placeOfDistrict, placeOfPostcode, type CoverageIndex, type Place } from '../coverage.ts'
import type { Locality } from '../load.ts'
import type { Boundaries } from './boundaries.ts'

export interface GivenPlace {
  readonly postcode?: string
  readonly position?: Position
  /** GSS code or name. */
  readonly district?: string
}

export interface FoundPlace {
  /** `district`: this one; `outside`: none that a locality of this hub serves, known or not which; `ask`: it cannot be told. */
  readonly kind: 'district' | 'outside' | 'ask'
  /** GSS code, where it is known. */
  readonly district?: string
  readonly name?: string
  /** As postcodes are written. */
  readonly postcode?: string
  /** Given, or the postcode's. */
  readonly position?: Position
  /** What to ask, in words. */
  readonly ask?: string
}

/** The more exact statement counts: a district before a postcode before a position; the others still say how far it is. */
export const findPlace = (localities: readonly Locality[], boundaries: Boundaries, given: GivenPlace): FoundPlace => {
  const areas = localities.map(({ area }) => area)
  const postcode = given.postcode === undefined ? undefined : normalPostcode(given.postcode)
  const position = given.position ?? (postcode === undefined ? undefined : positionOf(areas, postcode))
  const shown = { ...(postcode === undefined ? {} : { postcode }), ...(position === undefined ? {} : { position }) }
  if (given.district !== undefined) return { ...shown, ...told(areas, district(areas, given.district), `"${given.district.slice(0, 60)}" is no district that this hub knows: send its GSS code, such as E07000123, or the postcode`) }
  if (given.postcode !== undefined) {
    if (postcode === undefined) return { ...shown, kind: 'ask', ask: `"${given.postcode.slice(0, 20)}" is not a whole postcode: ask for all of it, such as PR1 2AB` }
    return { ...shown, ...told(areas, together(areas.map(area => placeOfPostcode(area, postcode))),
      `${postcode} cannot be told to lie in one district: ask in which district the person lives, and send that as district`) }
  }
  if (given.position !== undefined) {
    return { ...shown, ...told(areas, boundaries(given.position), 'the position is too close to the border of a district, or of nowhere that this hub knows: ask for the postcode or the district') }
  }
  return { kind: 'ask', ask: 'where is the person? Send postcode, position (latitude|longitude) or district (GSS code)' }
}

const told = (areas: readonly CoverageIndex[], place: Place, ask: string): FoundPlace => {
  switch (place.kind) {
    case 'district': {
      const name = areas.map(({ districts }) => districts.get(place.code)).find(each => each !== undefined)
      return { kind: 'district', district: place.code, ...(name === undefined ? {} : { name }) }
    }
    case 'outside': return { kind: 'outside' }
    case 'ambiguous':
    case 'unknown': return { kind: 'ask', ask }
  }
}

const district = (areas: readonly CoverageIndex[], text: string): Place => together(areas.map(area => placeOfDistrict(area, text)))

/** What one locality knows is so; it is outside where all say so, and ambiguous where any does. */
const together = (places: readonly Place[]): Place =>
  places.find(({ kind }) => kind === 'district') ?? places.find(({ kind }) => kind === 'ambiguous')
  ?? places.find(({ kind }) => kind === 'unknown') ?? places[0] ?? { kind: 'unknown' }

const positionOf = ([area]: readonly CoverageIndex[], postcode: string): Position | undefined =>
  area === undefined ? undefined : positionOfPostcode(area.postcodes, postcode)
