/**
 * Numbers and quantities in queries: prefix, implied precision, unit. `100` asks for [99.5, 100.5), `1e2` for [95, 105).
 * R4: https://hl7.org/fhir/R4/search.html#number and #quantity
 */
import { outcomes } from '../../fhir/outcomes.ts'
import type { Prefix, Test } from '../plan.ts'
import { equivalents, UCUM } from '../units.ts'
import type { Asked } from './context.ts'
import { splitEscaped, unescaped } from './escape.ts'

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?([+-]?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/

/** R4: "the recommended value for the approximation is 10% of the stated value". */
const APPROXIMATION = 0.1

interface Amount {
  readonly prefix: Prefix
  readonly low: number
  readonly high: number
  readonly value: number
}

export const numberTest = (asked: Asked, part: string): Test => {
  const amount = amountOf(part)
  if (amount === undefined) {
    throw outcomes.badParameter(asked.key, `${asked.key} takes a number with an optional prefix, such as 5.40, ge100 or 1e2`)
  }
  return { kind: 'number', ...amount }
}

/** Also in the units that the one asked for can be converted to; R4 leaves canonical units to the server. */
export const quantityTests = (asked: Asked, part: string): readonly Test[] => {
  const pieces = splitEscaped(part, '|').map(unescaped)
  const [number = '', system = '', code = ''] = pieces
  const amount = amountOf(number)
  if (amount === undefined || (pieces.length !== 1 && pieces.length !== 3) || pieces.includes(undefined)) {
    throw outcomes.badParameter(asked.key,
      `${asked.key} takes number, number|system|code or number||code with an optional prefix, `
      + 'such as ge5.4|http://unitsofmeasure.org|mg')
  }
  const test: Test = { kind: 'quantity', ...amount, system: system === '' ? undefined : system, code: code === '' ? undefined : code }
  if (system !== UCUM) return [test]
  const { prefix, low, high, value } = amount
  return [test, ...equivalents(code).map(({ code, convert }): Test => ({
    kind: 'quantity', prefix, low: convert(low), high: convert(high), value: convert(value), system, code,
  }))]
}

const amountOf = (text: string): Amount | undefined => {
  const found = PREFIXED.exec(text)
  if (found === null) return undefined
  const [, prefix = 'eq', sign = '', whole = '', decimals = '', exponent] = found
  // R4 reads 1e2 as [95, 105): a whole mantissa counts as if it had one decimal.
  const fraction = decimals === '' && exponent !== undefined ? '0' : decimals
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) * 10n
  const place = Number(exponent ?? 0) - fraction.length - 1
  // Made from decimal text, so that 5.4 means exactly 5.35 to 5.45 and not 5.3500000000000005.
  const at = (tenths: bigint): number => Number(`${tenths}e${place}`)
  const value = at(digits)
  if (!Number.isFinite(value)) return undefined
  if (prefix === 'ap') {
    const around = Math.abs(value) * APPROXIMATION
    return { prefix, low: value - around, high: value + around, value }
  }
  return { prefix: prefix as Prefix, low: at(digits - 5n), high: at(digits + 5n), value }
}
