/**
 * Districts by position: the outlines of the districts that the localities serve (`localities/boundaries.geojson`).
 *
 * The outlines are generalised: of the 60,462 postcodes of the region 93 lie on the wrong side of one, none by more than 167 m.
 * Nearer than 250 m to an outline the district is not told but asked for.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EARTH_RADIUS_METRES, type Place as Position } from '../../search/positions.ts'
import type { Place } from '../coverage.ts'

const NEAR_OUTLINE_METRES = 250

const ring = z.array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)])).min(4)
const schema = z.object({
  features: z.array(z.object({
    properties: z.object({ gss: z.string() }),
    geometry: z.discriminatedUnion('type', [
      z.object({ type: z.literal('Polygon'), coordinates: z.array(ring) }),
      z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring)) }),
    ]),
  })),
})

/** Longitudes and latitudes in turn; the first point is the last again. */
type Ring = Float64Array
interface Outline {
  readonly code: string
  readonly rings: readonly Ring[]
  /** West, south, east and north of it, with room for what is beside it. */
  readonly box: readonly [number, number, number, number]
}

export type Boundaries = (position: Position) => Place

/** Without the file nothing is known of any position. Throws an Error that names the file when it is not as it should be. */
export const loadBoundaries = (folder: string): Boundaries => {
  const file = join(folder, 'boundaries.geojson')
  if (!existsSync(file)) return () => ({ kind: 'unknown' })
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
  const outlines = parsed.data.features.map(({ properties, geometry }) =>
    outlineOf(properties.gss, geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()))
  return position => placeIn(outlines.filter(({ box }) => isWithin(box, position)), position)
}

/** More than 250 m, up to the latitudes of the Hebrides. */
const ROOM_DEGREES = 0.005

const outlineOf = (code: string, rings: readonly (readonly (readonly [number, number])[])[]): Outline => {
  const [x, y] = [rings.flat().map(([longitude]) => longitude), rings.flat().map(([, latitude]) => latitude)]
  return { code, rings: rings.map(each => Float64Array.from(each.flat())), box: [Math.min(...x) - ROOM_DEGREES, Math.min(...y) - ROOM_DEGREES, Math.max(...x) + ROOM_DEGREES, Math.max(...y) + ROOM_DEGREES] }
}

const isWithin = ([west, south, east, north]: Outline['box'], { latitude, longitude }: Position): boolean =>
  west <= longitude && longitude <= east && south <= latitude && latitude <= north

const placeIn = (outlines: readonly Outline[], position: Position): Place => {
  if (outlines.some(({ rings }) => rings.some(each => isBeside(each, position)))) return { kind: 'ambiguous' }
  const [found, ...others] = outlines.filter(({ rings }) => isInside(rings, position))
  return found === undefined ? { kind: 'outside' } : others.length > 0 ? { kind: 'ambiguous' } : { kind: 'district', code: found.code }
}

/** A line from the position to the east crosses the outlines, holes among them, an odd number of times. */
const isInside = (rings: readonly Ring[], { latitude, longitude }: Position): boolean => {
  let isIn = false
  for (const each of rings) {
    for (let index = 2; index < each.length; index += 2) {
      const fromX = each[index - 2]!, fromY = each[index - 1]!, x = each[index]!, y = each[index + 1]!
      if ((y > latitude) !== (fromY > latitude) && longitude < (fromX - x) * (latitude - y) / (fromY - y) + x) isIn = !isIn
    }
  }
  return isIn
}

const METRES_PER_DEGREE = EARTH_RADIUS_METRES * Math.PI / 180
const NEAR_SQUARED = NEAR_OUTLINE_METRES ** 2

/** On a plane around the position: over so short a way the Earth is flat. */
const isBeside = (each: Ring, { latitude, longitude }: Position): boolean => {
  const across = METRES_PER_DEGREE * Math.cos(latitude * Math.PI / 180)
  for (let index = 2; index < each.length; index += 2) {
    const fromX = (each[index - 2]! - longitude) * across, fromY = (each[index - 1]! - latitude) * METRES_PER_DEGREE
    const alongX = (each[index]! - longitude) * across - fromX, alongY = (each[index + 1]! - latitude) * METRES_PER_DEGREE - fromY
    const length = alongX * alongX + alongY * alongY
    const at = length > 0 ? Math.max(0, Math.min(1, -(fromX * alongX + fromY * alongY) / length)) : 0
    if ((fromX + at * alongX) ** 2 + (fromY + at * alongY) ** 2 < NEAR_SQUARED) return true
  }
  return false
}
