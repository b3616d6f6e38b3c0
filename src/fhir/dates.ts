/**
 * FHIR dates of every precision as the span of time they stand for: [low, high) in milliseconds since the epoch.
 *
 * `2026` is a whole year, `2026-11-24T10:15Z` a minute, an instant with milliseconds one of them. What has no zone is
 * read in Europe/London, where the users are (R4 search: "the server's local time zone should be assumed";
 * docs/decisions/0015-search.md). R4: https://hl7.org/fhir/R4/datatypes.html#dateTime and search.html#date
 */
import { Temporal } from 'temporal-polyfill'

/** Milliseconds since the epoch, low inclusive, high exclusive. */
export interface Span {
  readonly low: number
  readonly high: number
}

/** Bounds of an open Period: the years 0001 and 9999 that R4 can write lie well inside, and both are exact integers. */
export const BEGINNING = -8.64e15
export const END = 8.64e15

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/
const MINUTE = 60_000

/** Spans of dates without a zone: a conversion costs 17 µs, and birth dates and the day's own date come again and again. */
const MAX_REMEMBERED = 20_000
const remembered = new Map<string, Span | undefined>()

/**
 * The span of a date, dateTime or instant; undefined when it is not one or does not exist (`2026-02-30`).
 * Times may omit seconds and zone, as R4 allows in search.
 */
export const dateRange = (text: string): Span | undefined => {
  if (text.length > 40) return undefined
  const zoned = text.length > 11 && (text.endsWith('Z') || /[+-]\d\d:\d\d$/.test(text))
  if (zoned) return spanOf(text)
  if (!remembered.has(text)) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(text, spanOf(text))
  }
  return remembered.get(text)
}

const spanOf = (text: string): Span | undefined => {
  const found = DATE.exec(text)
  if (found === null) return undefined
  const [, years, months, days, hours, minutes, seconds, fraction, zone] = found
  const year = Number(years), month = Number(months ?? 1), day = Number(days ?? 1)
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (months === undefined) return { low: london(year, 1, 1), high: london(year + 1, 1, 1) }
  if (days === undefined) return { low: london(year, month, 1), high: london(year, month + 1, 1) }
  if (hours === undefined) return { low: london(year, month, day), high: london(year, month, day + 1) }
  const time = timeOfDay(hours, minutes ?? '0', seconds, fraction)
  if (time === undefined) return undefined
  const low = zone === undefined ? london(year, month, day, time.since) : zonedInstant(year, month, day, time.since, zone)
  return low === undefined ? undefined : { low, high: low + time.lasts }
}

/** Milliseconds since midnight, and for how long the precision given lasts; a leap second is the next minute's first. */
const timeOfDay = (
  hours: string, minutes: string, seconds?: string, fraction?: string,
): { since: number; lasts: number } | undefined => {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined
  const milliseconds = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3))
  const lasts = seconds === undefined ? MINUTE : fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length)
  return { since: Number(hours) * 60 * MINUTE + Number(minutes) * MINUTE + Number(seconds ?? 0) * 1000 + milliseconds, lasts }
}

const zonedInstant = (year: number, month: number, day: number, since: number, zone: string): number | undefined => {
  const utc = utcDay(year, month, day) + since
  if (zone === 'Z') return utc
  const hours = Number(zone.slice(1, 3)), minutes = Number(zone.slice(4, 6))
  if (minutes > 59 || hours > 14 || (hours === 14 && minutes > 0)) return undefined
  return utc - (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE
}

/** Midnight UTC of a day; months and days past their end carry over. `Date.UTC` would read the year 26 as 1926. */
const utcDay = (year: number, month: number, day: number): number => new Date(0).setUTCFullYear(year, month - 1, day)

/** Instant of a wall clock in London; in the repeated hour of October the first, in the missing one of March the later. */
const london = (year: number, month: number, day: number, since = 0): number => {
  const wall = new Date(utcDay(year, month, day) + since)
  return Temporal.PlainDateTime.from({
    year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate(),
    hour: wall.getUTCHours(), minute: wall.getUTCMinutes(), second: wall.getUTCSeconds(), millisecond: wall.getUTCMilliseconds(),
  }).toZonedDateTime('Europe/London').epochMilliseconds
}

const daysIn = (year: number, month: number): number => new Date(utcDay(year, month + 1, 0)).getUTCDate()

const text = (value: unknown): Span | undefined => (typeof value === 'string' ? dateRange(value) : undefined)
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null ? value as Record<string, unknown> : {})

/**
 * The span of a Period, its end included; a side that is absent is open (R4: "if the low boundary is missing, the
 * meaning is that the low boundary is not known" and matches as if unbounded). Undefined when both are.
 */
export const periodRange = (period: unknown): Span | undefined => {
  const { start, end } = record(period)
  const from = text(start), to = text(end)
  if (from === undefined && to === undefined) return undefined
  const low = from?.low ?? BEGINNING
  return { low, high: Math.max(to?.high ?? END, from?.high ?? low + 1) }
}

/**
 * The outer limits of a Timing: its events and the bounds of its repetition. R4 search: "the specified scheduling
 * details are ignored and only the outer limits matter". Undefined when it has neither.
 */
export const timingRange = (timing: unknown): Span | undefined => {
  const { event, repeat } = record(timing)
  const spans = [...(Array.isArray(event) ? event.map(text) : []), periodRange(record(repeat)['boundsPeriod'])]
    .filter(span => span !== undefined)
  if (spans.length === 0) return undefined
  return { low: Math.min(...spans.map(span => span.low)), high: Math.max(...spans.map(span => span.high)) }
}
