/** Units of length in which distances between places are asked for and told, as UCUM writes them. https://ucum.org */

/** In metres: a statute mile, and the survey mile, which is 3 mm longer. */
export const METRES_OF_UNIT = { 'km': 1_000, 'm': 1, '[mi_i]': 1_609.344, '[mi_us]': 1_609.347_218_694_438 } as const

export type LengthUnit = keyof typeof METRES_OF_UNIT

/** R4's data type Distance, to the metre. https://hl7.org/fhir/R4/datatypes.html#Distance */
export interface Distance {
  readonly value: number
  readonly unit: string
  readonly system: 'http://unitsofmeasure.org'
  readonly code: LengthUnit
}

const SHOWN: Readonly<Record<LengthUnit, { readonly unit: string; readonly digits: number }>> = {
  'km': { unit: 'km', digits: 3 }, 'm': { unit: 'm', digits: 0 }, '[mi_i]': { unit: 'mi', digits: 3 }, '[mi_us]': { unit: 'mi', digits: 3 },
}

export const distance = (metres: number, code: LengthUnit): Distance => {
  const { unit, digits } = SHOWN[code]
  return { value: Number((metres / METRES_OF_UNIT[code]).toFixed(digits)), unit, system: 'http://unitsofmeasure.org', code }
}
