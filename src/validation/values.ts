/**
 * Comparing values with those a profile names: fixed (the same), pattern (at least that), least and greatest.
 * https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
 */
import { isObject } from '../fhir/json.ts'
import { compileExpression, type Evaluate } from './fhirpath.ts'

/** Whether `value` has all that `pattern` has; of repeating elements each of the pattern's must be somewhere in the value. */
export const meetsPattern = (value: unknown, pattern: unknown): boolean => {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every(part => value.some(item => meetsPattern(item, part)))
  }
  if (!isObject(pattern)) return value === pattern
  return isObject(value)
    && Object.keys(pattern).every(key => Object.hasOwn(value, key) && meetsPattern(value[key], pattern[key]))
}

/**
 * Below, equal or above (negative, zero, positive); undefined where the two cannot be compared: another unit, dates of
 * different precision that overlap.
 */
export const compareValues = (value: unknown, limit: unknown): number | undefined => {
  if (typeof value === 'number' && typeof limit === 'number') return value - limit
  if (typeof value === 'string' && typeof limit === 'string') return compareDates(value, limit)
  if (!isObject(value) || !isObject(limit)) return undefined
  const sameUnit = value['code'] === limit['code'] && value['system'] === limit['system']
  return sameUnit ? compareValues(value['value'], limit['value']) : compareQuantities(value, limit)
}

/** Quantities in different UCUM units, as FHIRPath converts them. */
const compareQuantities = (low: Readonly<Record<string, unknown>>, high: Readonly<Record<string, unknown>>): number | undefined => {
  // UCUM has no blanks, and the library would write such a unit to the console
  if ([low, high].some(({ code }) => typeof code !== 'string' || /\s/.test(code))) return undefined
  comparison ??= { less: compileExpression('Range', 'low < high'), greater: compileExpression('Range', 'low > high') }
  const [isLess] = comparison.less({ low, high })
  const [isGreater] = comparison.greater({ low, high })
  return isLess === true ? -1 : isGreater === true ? 1 : isLess === false && isGreater === false ? 0 : undefined
}

let comparison: { readonly less: Evaluate; readonly greater: Evaluate } | undefined

/** Partial dates compare as far as both go; a time zone moves an instant, so full date-times compare as instants. */
export const compareDates = (a: string, b: string): number | undefined => {
  if (a.length > 10 && b.length > 10 && a.includes('T') && b.includes('T')) {
    const [left, right] = [Date.parse(a), Date.parse(b)]
    return Number.isNaN(left) || Number.isNaN(right) ? undefined : left - right
  }
  const length = Math.min(a.length, b.length)
  const [left, right] = [a.slice(0, length), b.slice(0, length)]
  if (left === right) return a.length === b.length ? 0 : undefined
  return left < right ? -1 : 1
}
