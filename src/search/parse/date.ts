/** Dates in queries: prefix and a date of any precision. R4: https://hl7.org/fhir/R4/search.html#date */
import { dateRange } from '../../fhir/dates.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Prefix } from '../plan.ts'

const PREFIX = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=\d)/

/** R4: the recommended approximation is "10% of the gap between now and the date". */
const APPROXIMATION = 0.1

export interface DateSpan {
  readonly prefix: Prefix
  readonly low: number
  readonly high: number
}

/** Throws `search-bad-value` for what is no date, does not exist, or has an unknown prefix. */
export const dateSpan = (key: string, part: string, now: number): DateSpan => {
  const prefix = (PREFIX.exec(part)?.[1] ?? 'eq') as Prefix
  const text = PREFIX.test(part) ? part.slice(2) : part
  // A "+" that was not escaped in the address arrives as a space; nothing else can stand there.
  const span = dateRange(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  if (span === undefined) throw outcomes.badParameter(key, explain(key, part))
  if (prefix !== 'ap') return { prefix, ...span }
  const around = Math.abs(now - (span.low + span.high) / 2) * APPROXIMATION
  return { prefix, low: Math.round(span.low - around), high: Math.round(span.high + around) }
}

const explain = (key: string, part: string): string => {
  const form = `${key} takes a date such as 2026, 2026-11, 2026-11-24 or 2026-11-24T10:15:00Z, `
    + 'after an optional prefix eq, ne, gt, lt, ge, le, sa, eb or ap'
  const prefix = /^[A-Za-z]+/.exec(part)?.[0]
  if (prefix !== undefined && !PREFIX.test(part)) return `${form}; "${prefix.slice(0, 10)}" is no prefix`
  return /^\D{0,2}\d{4}-\d\d(-\d\d)?(T|$)/.test(part) ? `${form}; "${part.slice(0, 30)}" does not exist in the calendar` : form
}
