/** Date entries: the span of time a date, instant, Period or Timing stands for. R4: https://hl7.org/fhir/R4/search.html#date */
import { dateRange, periodRange, timingRange, type Span } from '../../fhir/dates.ts'
import type { Emitter } from './emitter.ts'

export const dateEmitter = (param: string, type: string): Emitter | undefined => {
  const spanOf = spans[type]
  if (spanOf === undefined) return undefined
  return (value, add) => {
    const span = spanOf(value)
    if (span !== undefined) add({ kind: 'date', param, low: span.low, high: span.high })
  }
}

const simple = (value: unknown): Span | undefined => (typeof value === 'string' ? dateRange(value) : undefined)

const spans: Readonly<Record<string, (value: unknown) => Span | undefined>> = {
  date: simple, dateTime: simple, instant: simple, Period: periodRange, Timing: timingRange,
}
