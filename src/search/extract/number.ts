/**
 * Number and quantity entries. A value is a point: R4 says "the way search parameters operate in resources is not
 * affected by the precision of the number in the resource"; ranges and comparators are the span they stand for.
 * R4: https://hl7.org/fhir/R4/search.html#number and #quantity
 */
import { fields } from '../walk.ts'
import { kept, type Add, type Emitter } from './emitter.ts'

/** Stand for an open side of a Range; finite, so that they survive JSON. */
export const LOWEST = -Number.MAX_VALUE
export const HIGHEST = Number.MAX_VALUE

const CURRENCIES = 'urn:iso:std:iso:4217'

interface Measured {
  readonly low: number
  readonly high: number
  readonly value: number
}

export const numberEmitter = (param: string, type: string): Emitter | undefined => {
  switch (type) {
    case 'decimal':
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
      return (value, add) => {
        if (isNumber(value)) add({ kind: 'number', param, low: value, high: value, value })
      }
    case 'Range':
      return (value, add) => {
        const measured = rangeOf(value)
        if (measured !== undefined) add({ kind: 'number', param, ...measured })
      }
    default: return undefined
  }
}

export const quantityEmitter = (param: string, type: string): Emitter | undefined => {
  switch (type) {
    case 'Quantity':
    case 'Age':
    case 'Duration':
    case 'Distance':
    case 'Count':
    case 'SimpleQuantity':
    case 'MoneyQuantity': return (value, add) => quantity(add, param, quantityOf(value), value)
    case 'Money':
      return (value, add) => {
        const { value: amount, currency } = fields(value)
        if (!isNumber(amount)) return
        add({ kind: 'quantity', param, system: CURRENCIES, code: kept(currency) ?? '', low: amount, high: amount, value: amount })
      }
    case 'Range':
      return (value, add) => quantity(add, param, rangeOf(value), fields(value)['low'] ?? fields(value)['high'])
    case 'SampledData': return (value, add) => quantity(add, param, sampledOf(value), fields(value)['origin'])
    default: return undefined
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** One entry by code, and one by the human unit where that differs: R4 matches "either the code or the stated human unit". */
const quantity = (add: Add, param: string, measured: Measured | undefined, unitOf: unknown): void => {
  if (measured === undefined) return
  const { system, code, unit } = fields(unitOf)
  const coded = kept(code), human = kept(unit)
  if (coded !== undefined || human === undefined) {
    add({ kind: 'quantity', param, system: kept(system) ?? '', code: coded ?? '', ...measured })
  }
  if (human !== undefined && human !== coded) add({ kind: 'quantity', param, system: '', code: human, ...measured })
}

const quantityOf = (quantity: unknown): Measured | undefined => {
  const { value, comparator } = fields(quantity)
  if (!isNumber(value)) return undefined
  switch (comparator) {
    case '<':
    case '<=': return { low: LOWEST, high: value, value }
    case '>':
    case '>=': return { low: value, high: HIGHEST, value }
    default: return { low: value, high: value, value }
  }
}

const rangeOf = (range: unknown): Measured | undefined => {
  const low = fields(fields(range)['low'])['value'], high = fields(fields(range)['high'])['value']
  if (!isNumber(low) && !isNumber(high)) return undefined
  return {
    low: isNumber(low) ? low : LOWEST, high: isNumber(high) ? high : HIGHEST, value: isNumber(low) ? low : Number(high),
  }
}

/** SampledData: from the least to the greatest sample (origin + sample x factor), where they are numbers. */
const sampledOf = (sampled: unknown): Measured | undefined => {
  const { origin, factor, data } = fields(sampled)
  const zero = fields(origin)['value']
  if (!isNumber(zero) || typeof data !== 'string') return undefined
  let low = Infinity, high = -Infinity
  for (const sample of data.split(' ')) {
    const value = zero + Number(sample) * (isNumber(factor) ? factor : 1)
    if (sample !== '' && Number.isFinite(value)) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return low <= high ? { low, high, value: low } : undefined
}
