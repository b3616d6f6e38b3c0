/**
 * `Location.near`: latitude|longitude|distance|units, the one special parameter of R4 that has an expression.
 * R4: https://hl7.org/fhir/R4/location.html#positional
 */
import { outcomes } from '../../fhir/outcomes.ts'
import { DEFAULT_NEAR_METRES } from '../limits.ts'
import type { Test } from '../plan.ts'
import type { Asked } from './context.ts'
import { splitEscaped } from './escape.ts'

const DECIMAL = /^[+-]?\d{1,9}(?:\.\d{1,15})?$/

/** UCUM units of length in metres; R4: "if the units are omitted, then kms should be assumed". */
const METRES: Readonly<Record<string, number>> = { 'm': 1, 'km': 1_000, '[mi_i]': 1_609.344, '[mi_us]': 1_609.347 }

export const nearTest = (asked: Asked, part: string): Test => {
  const pieces = splitEscaped(part, '|')
  const [latitude, longitude, distance] = pieces.slice(0, 3).map(piece => (DECIMAL.test(piece) ? Number(piece) : NaN))
  const metres = METRES[pieces[3] ?? 'km']
  const withinMetres = distance === undefined || metres === undefined ? DEFAULT_NEAR_METRES : distance * metres
  if (latitude === undefined || longitude === undefined || pieces.length > 4 || metres === undefined
    || !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && withinMetres >= 0)) {
    throw outcomes.badParameter(asked.key,
      `${asked.key} takes latitude|longitude|distance|units in degrees and m, km or [mi_i], such as 53.76|-2.70|5|km`)
  }
  return { kind: 'near', latitude, longitude, withinMetres }
}
