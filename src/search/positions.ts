/**
 * Places on the globe, and how far one is from another: great circles on a sphere of the mean radius of the Earth.
 *
 * A place is kept as a point of the unit sphere, and compared by the square of the straight line between two of them:
 * subtractions, products and sums of two numbers, which every machine and every store rounds alike, so that all of them
 * find the same places in the same order. It knows neither poles nor an antimeridian.
 * R4: https://hl7.org/fhir/R4/location.html#positional
 */

/** Degrees. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** On the unit sphere. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly z: number
}

/** Mean radius (IUGG); an ellipsoid would differ by up to 0.5 %. */
export const EARTH_RADIUS_METRES = 6_371_008.8

const HALF_ROUND = Math.PI * EARTH_RADIUS_METRES
/** Longer than any straight line through the unit sphere, squared. */
const EVERYWHERE = 5

const radians = (degrees: number): number => degrees * (Math.PI / 180)

export const isOnEarth = ({ latitude, longitude }: Place): boolean => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180

export const pointOf = ({ latitude, longitude }: Place): Point => {
  // A pole is one point, whatever its longitude; so is the antimeridian from both sides.
  if (Math.abs(latitude) === 90) return { x: 0, y: 0, z: Math.sign(latitude) }
  const [up, along] = [radians(latitude), radians(longitude === -180 ? 180 : longitude)]
  return { x: Math.cos(up) * Math.cos(along), y: Math.cos(up) * Math.sin(along), z: Math.sin(up) }
}

/** The straight line between two points, squared. Stores work it out in this very order. */
export const squareBetween = (one: Point, other: Point): number => {
  const [x, y, z] = [one.x - other.x, one.y - other.y, one.z - other.z]
  return (x * x + y * y) + z * z
}

/** The largest square that is still so near. */
export const squareWithin = (metres: number): number =>
  (metres >= HALF_ROUND ? EVERYWHERE : (2 * Math.sin(metres / EARTH_RADIUS_METRES / 2)) ** 2)

/** Along the great circle. */
export const metresOfSquare = (square: number): number => 2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(square) / 2))
