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

type Ring = readonly (readonly [number, number])[]
interface Outline { readonly code: string; readonly rings: readonly Ring[] }

export type Boundaries = (position: Position) => Place

/** Without the file nothing is known of any position. Throws an Error that names the file when it is not as it should be. */
export const loadBoundaries = (folder: string): Boundaries => {
  const file = join(folder, 'boundaries.geojson')
  if (!existsSync(file)) return () => ({ kind: 'unknown' })
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
  const outlines = parsed.data.features.map(({ properties, geometry }): Outline => ({
    code: properties.gss, rings: geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat(),
  }))
  return position => placeIn(outlines, position)
}

const placeIn = (outlines: readonly Outline[], position: Position): Place => {
  if (outlines.some(({ rings }) => rings.some(each => isBeside(each, position)))) return { kind: 'ambiguous' }
  const [found, ...others] = outlines.filter(({ rings }) => isInside(rings, position))
  return found === undefined ? { kind: 'outside' } : others.length > 0 ? { kind: 'ambiguous' } : { kind: 'district', code: found.code }
}

/** A line from the position to the east crosses the outlines, holes among them, an odd number of times. */
const isInside = (rings: readonly Ring[], { latitude, longitude }: Position): boolean => {
  let isIn = false
  for (const each of rings) {
    for (const [index, [x, y]] of each.entries()) {
      const [fromX, fromY] = each[index === 0 ? each.length - 1 : index - 1]!
      if ((y > latitude) !== (fromY > latitude) && longitude < (fromX - x) * (latitude - y) / (fromY - y) + x) isIn = !isIn
    }
  }
  return isIn
}

const METRES_PER_DEGREE = EARTH_RADIUS_METRES * Math.PI / 180

/** On a plane: over so short a way the Earth is flat. */
const isBeside = (each: Ring, { latitude, longitude }: Position): boolean => {
  const [acrossMetres, upMetres] = [METRES_PER_DEGREE * Math.cos(latitude * Math.PI / 180), METRES_PER_DEGREE]
  const [x, y] = [(index: number) => (each[index]![0] - longitude) * acrossMetres, (index: number) => (each[index]![1] - latitude) * upMetres]
  for (let index = 1; index < each.length; index++) {
    const [fromX, fromY, alongX, alongY] = [x(index - 1), y(index - 1), x(index) - x(index - 1), y(index) - y(index - 1)]
    const length = alongX * alongX + alongY * alongY
    const at = length === 0 ? 0 : Math.max(0, Math.min(1, -(fromX * alongX + fromY * alongY) / length))
    if (Math.hypot(fromX + at * alongX, fromY + at * alongY) < NEAR_OUTLINE_METRES) return true
  }
  return false
}
