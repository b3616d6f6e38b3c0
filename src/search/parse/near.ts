/**
 * `Location.near`: latitude|longitude|distance|units, the one special parameter of R4 that has an expression.
 * R4: https://hl7.org/fhir/R4/location.html#positional
 */
import { outcomes, type FhirError } from '../../fhir/outcomes.ts'
import { METRES_OF_UNIT, type LengthUnit } from '../../fhir/lengths.ts'
import { DEFAULT_NEAR_METRES } from '../limits.ts'
import type { Test } from '../plan.ts'
import type { Asked } from './context.ts'
import { splitEscaped } from './escape.ts'

const DECIMAL = /^[+-]?(?:\d{1,9}(?:\.\d{0,30})?|\.\d{1,30})$/

/** What people write for a mile, beside UCUM's codes. R4: "if the units are omitted, then kms should be assumed". */
const SPOKEN: Readonly<Record<string, LengthUnit>> = { '': 'km', 'mi': '[mi_i]' }

export const nearTest = ({ key }: Asked, part: string): Test => {
  const pieces = splitEscaped(part, '|')
  const [latitude, longitude] = [degrees(key, 'latitude', pieces[0], 90), degrees(key, 'longitude', pieces[1], 180)]
  if (pieces.length > 4) throw refused(key, `has ${pieces.length} parts`)
  const unit = unitOf(key, pieces[3] ?? '')
  return { kind: 'near', latitude, longitude, withinMetres: metresOf(key, pieces[2] ?? '', unit), unit }
}

const degrees = (key: string, name: string, text = '', most: number): number => {
  const value = DECIMAL.test(text) ? Number(text) : NaN
  if (Math.abs(value) <= most) return value
  throw refused(key, text === '' ? `has no ${name}` : `has "${text.slice(0, 40)}" where the ${name} stands, a number from -${most} to ${most}`)
}

const unitOf = (key: string, text: string): LengthUnit => {
  const unit = Object.hasOwn(SPOKEN, text) ? SPOKEN[text] : text
  if (unit !== undefined && Object.hasOwn(METRES_OF_UNIT, unit)) return unit as LengthUnit
  throw refused(key, `has the unit "${text.slice(0, 40)}", which is none of ${Object.keys(METRES_OF_UNIT).join(', ')} and mi`)
}

const metresOf = (key: string, text: string, unit: LengthUnit): number => {
  if (text === '') return DEFAULT_NEAR_METRES
  const distance = DECIMAL.test(text) ? Number(text) : NaN
  if (distance >= 0) return distance * METRES_OF_UNIT[unit]
  throw refused(key, `has "${text.slice(0, 40)}" where the distance stands, a number from 0 up`)
}

const refused = (key: string, what: string): FhirError => outcomes.badParameter(key,
  `${key} ${what}; it takes latitude|longitude|distance|units in degrees and ${Object.keys(METRES_OF_UNIT).join(', ')}, such as 53.76|-2.70|5|km`)
