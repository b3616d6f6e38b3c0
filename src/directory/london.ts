/**
 * Europe/London at the edge: instants to wall-clock days and minutes and back, calendar months, bank holidays.
 *
 * Everything inside is instants in milliseconds. London's offset changes only at 01:00 UTC, so it is constant within
 * an hour of UTC; temporal-polyfill is asked once per hour and remembered (100 µs a question otherwise).
 */
import { readFileSync } from 'node:fs'
import { Temporal } from 'temporal-polyfill'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A wall-clock day in London. `day` counts days since 1970-01-01, `weekday` 0 is Monday. */
export interface LondonTime {
  readonly day: number
  readonly weekday: number
  /** Milliseconds since the day's 00:00 by the clock on the wall. */
  readonly time: number
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

// 20,000 hours are two years and a third: more than any triage looks ahead or back.
const REMEMBERED_HOURS = 20_000
const offsets = new Map<number, number>()

const offsetAt = (instant: number): number => {
  const hour = Math.floor(instant / HOUR)
  const known = offsets.get(hour)
  if (known !== undefined) return known
  if (offsets.size >= REMEMBERED_HOURS) offsets.clear()
  const zoned = Temporal.Instant.fromEpochMilliseconds(hour * HOUR).toZonedDateTimeISO('Europe/London')
  const offset = zoned.offsetNanoseconds / 1e6
  offsets.set(hour, offset)
  return offset
}

export const londonTime = (instant: number): LondonTime => {
  const wall = instant + offsetAt(instant)
  const day = Math.floor(wall / DAY)
  return { day, weekday: weekdayOf(day), time: wall - day * DAY }
}

/** 0 is Monday; 1 January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

/**
 * The first instant of a day at which the clock on the wall shows `time` or a later one. In the repeated hour of autumn
 * that is its first pass, in summer time; a time that spring skips is the moment of the change, 01:00 UTC.
 */
export const londonInstant = (day: number, time: number): number => {
  const wall = day * DAY + time
  const summer = wall - HOUR
  if (offsetAt(summer) === HOUR) return summer
  return offsetAt(wall) === 0 ? wall : Math.floor(wall / HOUR) * HOUR
}

/** Day number of `2026-11-24`; undefined when there is no such date. */
export const dayNumber = (date: string): number | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (match === null) return undefined
  const at = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date) return undefined
  return at / DAY
}

/** `2026-11-24` */
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10)

/** The same day of the month so many calendar months earlier, or the last day of a shorter month. */
export const monthsBefore = (day: number, months: number): number => {
  const date = Temporal.PlainDate.from(dayText(day)).subtract({ months })
  return Date.UTC(date.year, date.month - 1, date.day) / DAY
}

interface BankHolidays {
  /** The last date of which the file can tell. */
  readonly until: string
  readonly days: readonly { readonly date: string }[]
}

const bankHolidays = JSON.parse(readFileSync(new URL('./bank-holidays.json', import.meta.url), 'utf8')) as BankHolidays
const holidays = new Set(bankHolidays.days.map(({ date }) => dayNumber(date)))

/** The last day whose bank holidays are known; beyond it no day counts as one. */
export const BANK_HOLIDAYS_END = dayNumber(bankHolidays.until) ?? NaN

/** A bank holiday in England; not the day itself where a weekend has its substitute (`bank-holidays.json`). */
export const isBankHoliday = (day: number): boolean => holidays.has(day)
