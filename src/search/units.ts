/**
 * Units of measure that can be converted into one another: what `5.4 mg` is in grams.
 *
 * The codes that clinical data has, by dimension, as multiples of the dimension's first. Factors are those of the Unified
 * Code for Units of Measure, https://ucum.org/ucum (a test holds them against an implementation of it); what is not in
 * the table is only the same as itself.
 */
export const UCUM = 'http://unitsofmeasure.org'

interface Unit {
  readonly factor: number
  /** Added after the factor: temperatures do not begin at the same zero. */
  readonly offset: number
}

const linear = (units: Readonly<Record<string, number>>): ReadonlyMap<string, Unit> =>
  new Map(Object.entries(units).map(([code, factor]) => [code, { factor, offset: 0 }]))

export const DIMENSIONS: readonly ReadonlyMap<string, Unit>[] = [
  linear({ 'g': 1, 'kg': 1e3, 'mg': 1e-3, 'ug': 1e-6, 'ng': 1e-9, '[lb_av]': 453.59237, '[oz_av]': 28.349523125, '[stone_av]': 6350.29318 }),
  linear({ 'm': 1, 'km': 1e3, 'cm': 1e-2, 'mm': 1e-3, 'um': 1e-6, '[in_i]': 0.0254, '[ft_i]': 0.3048, '[mi_i]': 1609.344 }),
  linear({ 'L': 1, 'l': 1, 'dL': 0.1, 'dl': 0.1, 'cL': 0.01, 'mL': 1e-3, 'ml': 1e-3, 'uL': 1e-6, 'ul': 1e-6, 'm3': 1e3, 'cm3': 1e-3 }),
  linear({ 's': 1, 'ms': 1e-3, 'min': 60, 'h': 3_600, 'd': 86_400, 'wk': 604_800, 'mo': 2_629_800, 'a': 31_557_600 }),
  linear({ '/s': 1, '/min': 1 / 60, '/h': 1 / 3_600, 'Hz': 1 }),
  linear({ 'Pa': 1, 'hPa': 100, 'kPa': 1e3, 'mm[Hg]': 133.322, 'cm[H2O]': 98.0665, 'bar': 1e5, 'mbar': 100 }),
  linear({
    'g/L': 1, 'g/l': 1, 'g/dL': 10, 'g/dl': 10, 'g/mL': 1e3, 'mg/L': 1e-3, 'mg/dL': 1e-2, 'mg/dl': 1e-2, 'mg/mL': 1,
    'ug/L': 1e-6, 'ug/dL': 1e-5, 'ug/mL': 1e-3, 'ng/L': 1e-9, 'ng/dL': 1e-8, 'ng/mL': 1e-6, 'pg/mL': 1e-9, 'kg/L': 1e3,
  }),
  linear({ 'mol/L': 1, 'mmol/L': 1e-3, 'mmol/l': 1e-3, 'umol/L': 1e-6, 'umol/l': 1e-6, 'nmol/L': 1e-9, 'pmol/L': 1e-12, 'mmol/dL': 1e-2 }),
  linear({ 'mol': 1, 'mmol': 1e-3, 'umol': 1e-6, 'nmol': 1e-9 }),
  linear({ '/L': 1, '10*9/L': 1e9, '10*12/L': 1e12, '10*6/L': 1e6, '10*3/uL': 1e9, '10*6/uL': 1e12, '/uL': 1e6, '10*3/mL': 1e6 }),
  linear({ 'L/s': 1, 'L/min': 1 / 60, 'L/h': 1 / 3_600, 'mL/min': 1e-3 / 60, 'mL/h': 1e-3 / 3_600, 'mL/s': 1e-3 }),
  linear({ '1': 1, '%': 1e-2, '[ppth]': 1e-3, '[ppm]': 1e-6 }),
  linear({ 'J': 1, 'kJ': 1e3, 'cal': 4.184, 'kcal': 4184 }),
  new Map([['K', { factor: 1, offset: 0 }], ['Cel', { factor: 1, offset: 273.15 }], ['[degF]', { factor: 5 / 9, offset: 459.67 * 5 / 9 }]]),
]

const dimensionOf = new Map(DIMENSIONS.flatMap(units => [...units.keys()].map(code => [code, units] as const)))

/** Another code for the same dimension, and how numbers in the asked unit are written in it. */
export interface Equivalent {
  readonly code: string
  readonly convert: (value: number) => number
}

/** The units that `code` can be converted to, without itself; none where the table does not have it. */
export const equivalents = (code: string): readonly Equivalent[] => {
  const units = dimensionOf.get(code)
  const from = units?.get(code)
  if (units === undefined || from === undefined) return []
  return [...units].filter(([other]) => other !== code).map(([other, to]) => ({
    code: other, convert: value => rounded((value * from.factor + from.offset - to.offset) / to.factor),
  }))
}

/** To 12 digits, so that 5.4 mg is 0.0054 g and not 0.0054000000000000003. */
const rounded = (value: number): number => Number(value.toPrecision(12))
