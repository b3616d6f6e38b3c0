/**
 * National Grid references (OSGB36, easting and northing in metres) to WGS84 latitude and longitude, as postcodes are
 * located: inverse transverse Mercator on the Airy ellipsoid, then Ordnance Survey's seven-parameter transformation.
 *
 * Ordnance Survey, "A guide to coordinate systems in Great Britain", annexes A to C and section 6.6: accurate to about
 * 5 m; its 40 published test points are the test.
 */

export interface Position {
  /** Degrees north, WGS84. */
  readonly latitude: number
  /** Degrees east, WGS84. */
  readonly longitude: number
}

interface Ellipsoid {
  /** Semi-major axis, metres. */
  readonly a: number
  readonly b: number
}

const AIRY_1830: Ellipsoid = { a: 6_377_563.396, b: 6_356_256.909 }
const WGS84: Ellipsoid = { a: 6_378_137, b: 6_356_752.314_245 }

/** The National Grid's projection: scale on the central meridian, true and false origin. */
const F0 = 0.999_601_271_7
const PHI0 = 49 * Math.PI / 180
const LAMBDA0 = -2 * Math.PI / 180
const E0 = 400_000
const N0 = -100_000

/** OSGB36 to WGS84: metres, and seconds of arc and parts per million made plain numbers. */
const SECOND = Math.PI / (180 * 3_600)
const SHIFT = { x: 446.448, y: -125.157, z: 542.06, rx: 0.1502 * SECOND, ry: 0.247 * SECOND, rz: 0.8421 * SECOND, scale: -20.4894e-6 }

export const wgs84OfGrid = (easting: number, northing: number): Position => {
  const { phi, lambda } = fromGrid(easting, northing)
  return degrees(onEllipsoid(shifted(cartesian(phi, lambda, AIRY_1830)), WGS84))
}

const squaredEccentricity = ({ a, b }: Ellipsoid): number => 1 - (b * b) / (a * a)

/** Length of the meridian from the true origin to a latitude, scaled (annex C, equation C.3). */
const meridian = (phi: number): number => {
  const { a, b } = AIRY_1830
  const n = (a - b) / (a + b)
  const less = phi - PHI0
  const sum = phi + PHI0
  return b * F0 * ((1 + n + 5 / 4 * n ** 2 + 5 / 4 * n ** 3) * less
    - (3 * n + 3 * n ** 2 + 21 / 8 * n ** 3) * Math.sin(less) * Math.cos(sum)
    + (15 / 8 * n ** 2 + 15 / 8 * n ** 3) * Math.sin(2 * less) * Math.cos(2 * sum)
    - 35 / 24 * n ** 3 * Math.sin(3 * less) * Math.cos(3 * sum))
}

/** Annex C.2, to terms of the seventh order. */
const fromGrid = (easting: number, northing: number): { phi: number; lambda: number } => {
  const { a } = AIRY_1830
  let phi = PHI0
  // Each round leaves some hundredth of the difference: five reach a hundredth of a millimetre from anywhere in Britain.
  for (let round = 0; round < 6; round++) phi += (northing - N0 - meridian(phi)) / (a * F0)
  const e2 = squaredEccentricity(AIRY_1830)
  const sine2 = Math.sin(phi) ** 2
  const nu = a * F0 / Math.sqrt(1 - e2 * sine2)
  const rho = a * F0 * (1 - e2) * (1 - e2 * sine2) ** -1.5
  const eta2 = nu / rho - 1
  const t = Math.tan(phi)
  const secant = 1 / Math.cos(phi)
  const d = easting - E0
  return {
    phi: phi - t / (2 * rho * nu) * d ** 2
      + t / (24 * rho * nu ** 3) * (5 + 3 * t ** 2 + eta2 - 9 * t ** 2 * eta2) * d ** 4
      - t / (720 * rho * nu ** 5) * (61 + 90 * t ** 2 + 45 * t ** 4) * d ** 6,
    lambda: LAMBDA0 + secant / nu * d
      - secant / (6 * nu ** 3) * (nu / rho + 2 * t ** 2) * d ** 3
      + secant / (120 * nu ** 5) * (5 + 28 * t ** 2 + 24 * t ** 4) * d ** 5
      - secant / (5_040 * nu ** 7) * (61 + 662 * t ** 2 + 1_320 * t ** 4 + 720 * t ** 6) * d ** 7,
  }
}

interface Cartesian {
  readonly x: number
  readonly y: number
  readonly z: number
}

/** A point of the ellipsoid itself: its height, at most some hundred metres, moves the result by centimetres. */
const cartesian = (phi: number, lambda: number, ellipsoid: Ellipsoid): Cartesian => {
  const e2 = squaredEccentricity(ellipsoid)
  const nu = ellipsoid.a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2)
  return { x: nu * Math.cos(phi) * Math.cos(lambda), y: nu * Math.cos(phi) * Math.sin(lambda), z: nu * (1 - e2) * Math.sin(phi) }
}

const shifted = ({ x, y, z }: Cartesian): Cartesian => {
  const { rx, ry, rz, scale } = SHIFT
  return {
    x: SHIFT.x + (1 + scale) * x - rz * y + ry * z,
    y: SHIFT.y + rz * x + (1 + scale) * y - rx * z,
    z: SHIFT.z - ry * x + rx * y + (1 + scale) * z,
  }
}

const onEllipsoid = ({ x, y, z }: Cartesian, ellipsoid: Ellipsoid): { phi: number; lambda: number } => {
  const e2 = squaredEccentricity(ellipsoid)
  const p = Math.hypot(x, y)
  let phi = Math.atan2(z, p * (1 - e2))
  for (let round = 0; round < 4; round++) {
    const nu = ellipsoid.a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2)
    phi = Math.atan2(z + e2 * nu * Math.sin(phi), p)
  }
  return { phi, lambda: Math.atan2(y, x) }
}

const degrees = ({ phi, lambda }: { phi: number; lambda: number }): Position => (
  { latitude: phi * 180 / Math.PI, longitude: lambda * 180 / Math.PI })
