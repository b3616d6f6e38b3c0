/**
 * The units in which vital signs are sent, converted to the unit that NEWS2 is defined in.
 *
 * UCUM codes (https://ucum.org/ucum) with their annotations and SI prefixes; where a sender gives no code, the few
 * printed forms that can mean one thing only. What cannot be converted is unknown, never taken as it stands.
 */

/** `rate`: per minute · `percent` · `pressure`: mm[Hg] · `temperature`: Cel · `flow`: L/min */
export type Dimension = 'rate' | 'percent' | 'pressure' | 'temperature' | 'flow'

interface Conversion {
  readonly factor: number
  readonly offset?: number
}

const PREFIXES: Readonly<Record<string, number>> = { '': 1, m: 1e-3, c: 1e-2, d: 1e-1, da: 10, h: 100, k: 1e3, M: 1e6 }

const prefixed = (unit: string, factor: number): readonly (readonly [string, Conversion])[] =>
  Object.entries(PREFIXES).map(([prefix, by]) => [`${prefix}${unit}`, { factor: factor * by }] as const)

const PASCAL_IN_MMHG = 1 / 133.322387415

const TABLE: Readonly<Record<Dimension, ReadonlyMap<string, Conversion>>> = {
  rate: new Map<string, Conversion>([
    ['/min', { factor: 1 }], ['1/min', { factor: 1 }], ['min-1', { factor: 1 }], ['bpm', { factor: 1 }],
    ['/s', { factor: 60 }], ['1/s', { factor: 60 }], ['s-1', { factor: 60 }], ['Hz', { factor: 60 }], ['mHz', { factor: 0.06 }],
    ['/h', { factor: 1 / 60 }], ['1/h', { factor: 1 / 60 }], ['h-1', { factor: 1 / 60 }],
  ]),
  percent: new Map<string, Conversion>([
    ['%', { factor: 1 }], ['1', { factor: 100 }], ['10*-2', { factor: 1 }], ['[ppth]', { factor: 0.1 }],
  ]),
  pressure: new Map<string, Conversion>([
    ...prefixed('m[Hg]', 1000), ...prefixed('Pa', PASCAL_IN_MMHG), ...prefixed('bar', 1e5 * PASCAL_IN_MMHG),
    ...prefixed('m[H2O]', 9806.65 * PASCAL_IN_MMHG),
    ['[psi]', { factor: 6894.757293168 * PASCAL_IN_MMHG }], ['atm', { factor: 760 }],
    ["[in_i'Hg]", { factor: 25.4 }], ['mmHg', { factor: 1 }],
  ]),
  temperature: new Map<string, Conversion>([
    ['Cel', { factor: 1 }], ['K', { factor: 1, offset: -273.15 }],
    ['[degF]', { factor: 5 / 9, offset: -160 / 9 }], ['[degRe]', { factor: 1.25 }], ['[degR]', { factor: 5 / 9, offset: -273.15 }],
  ]),
  flow: new Map<string, Conversion>([
    ['L/min', { factor: 1 }], ['l/min', { factor: 1 }], ['L/h', { factor: 1 / 60 }], ['l/h', { factor: 1 / 60 }],
    ['mL/min', { factor: 1e-3 }], ['ml/min', { factor: 1e-3 }], ['L/s', { factor: 60 }],
  ]),
}

/** Printed units that stand for one code only; used when a Quantity has no `code`. */
const PRINTED: Readonly<Record<string, string>> = {
  'mmhg': 'mm[Hg]', 'mm hg': 'mm[Hg]', 'kpa': 'kPa', '°c': 'Cel', 'c': 'Cel', 'degc': 'Cel', 'degree celsius': 'Cel', 'celsius': 'Cel',
  '°f': '[degF]', 'degf': '[degF]', '%': '%', 'percent': '%', '/min': '/min', 'bpm': '/min', 'beats/min': '/min', 'beats/minute': '/min',
  'beats per minute': '/min', 'breaths/min': '/min', 'breaths/minute': '/min', 'breaths / minute': '/min', 'breaths per minute': '/min',
  'per minute': '/min', 'l/min': 'L/min', 'mm[hg]': 'mm[Hg]', 'cel': 'Cel', 'degree fahrenheit': '[degF]', 'millimeter of mercury': 'mm[Hg]',
}

export interface Quantity {
  readonly value?: number | undefined
  readonly comparator?: string | undefined
  readonly unit?: string | undefined
  readonly system?: string | undefined
  readonly code?: string | undefined
}

/**
 * The value in the dimension's own unit, rounded to a tenth, as such devices read. "<92" is read as the next reading on
 * that side, 91: a saturation that scores 3 is not to pass for one that scores 2.
 *
 * @returns undefined when there is no value or its unit does not belong to the dimension
 */
export const convert = (quantity: Quantity | null, dimension: Dimension): number | undefined => {
  const value = quantity?.value
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const code = typeof quantity?.code === 'string' ? quantity.code.replaceAll(/\{[^}]*\}/g, '') : PRINTED[String(quantity?.unit).trim().toLowerCase()]
  const conversion = code === undefined ? undefined : TABLE[dimension].get(bare(code))
  if (conversion === undefined) return undefined
  const beyond = quantity?.comparator === '<' ? -STEP[dimension] : quantity?.comparator === '>' ? STEP[dimension] : 0
  return Math.round((value * conversion.factor + (conversion.offset ?? 0) + beyond) * 10) / 10
}

/** From one reading to the next, in the unit that NEWS2 is defined in. */
const STEP: Readonly<Record<Dimension, number>> = { rate: 1, percent: 1, pressure: 1, temperature: 0.1, flow: 0.1 }

/** `.`-products with 1 and empty annotations leave a bare unit: `{breaths}/min`, `1.mm[Hg]`. */
const bare = (code: string): string => code.replace(/^1\./, '').trim()
