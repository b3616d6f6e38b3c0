/**
 * Opening hours: is a service open at an instant, when does it close, when does it open next.
 *
 * Pure functions over the HealthcareService elements `availableTime` and `notAvailable`, and the bank holidays of
 * England; times are instants, the wall clock is Europe/London. Openings are inclusive, closings exclusive; each is the
 * first instant of its day at which the clock on the wall has come so far, also where clocks change.
 * R4: https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.availableTime
 */
import { periodRange } from '../fhir/dates.ts'
import { isBankHoliday, londonInstant, londonTime, weekdayOf, WEEKDAYS } from './london.ts'

export interface AvailableTime {
  /** `mon` to `sun`; absent means every day. */
  readonly daysOfWeek?: readonly string[]
  readonly allDay?: boolean
  /** `08:00:00`. An end at or before its start is on the following day. */
  readonly availableStartTime?: string
  readonly availableEndTime?: string
}

export interface NotAvailable {
  readonly description?: string
  /** A Period of any precision, both ends included. Absent with a description of bank holidays: closed on each of them. */
  readonly during?: { readonly start?: string; readonly end?: string }
}

export interface OpeningHours {
  readonly availableTime?: readonly AvailableTime[]
  readonly notAvailable?: readonly NotAvailable[]
}

/** One opening: open at `from`, no longer open at `to`; `Infinity` where that is more than a week away. */
export interface Opening {
  readonly from: number
  readonly to: number
}

/** Longest closure looked past: four bank holidays in a row and a weekend never reach it; a season's break may. */
export const LOOK_AHEAD_DAYS = 400

const DAYS_OF_WEEK = 7

/** True when the hours say anything at all; a service without stated hours is neither open nor closed. */
export const hasStatedHours = (hours: OpeningHours): boolean => (hours.availableTime?.length ?? 0) > 0

/** Openings that begin on a wall-clock day, in order, joined where they touch; without what falls into a closure. */
const openingsOn = (hours: OpeningHours, day: number): readonly Opening[] => {
  const weekday = WEEKDAYS[weekdayOf(day)]
  const openings = (hours.availableTime ?? [])
    .filter(({ daysOfWeek = [] }) => daysOfWeek.length === 0 || (weekday !== undefined && daysOfWeek.includes(weekday)))
    .map(time => openingOf(time, day))
    .filter(({ from, to }) => to > from)
  return openings.length === 0 ? openings : joined(without(openings, closures(hours, day)))
}

/** The opening in force at an instant, joined with those it touches: what is open all day does not close at midnight. */
export const openingAt = (hours: OpeningHours, at: number): Opening | undefined => {
  const { day } = londonTime(at)
  const covers = ({ from, to }: Opening): boolean => from <= at && at < to
  let opening = joined([...openingsOn(hours, day - 1), ...openingsOn(hours, day)]).find(covers)
  for (let next = day + 1; opening !== undefined && next <= day + DAYS_OF_WEEK && opening.to >= londonInstant(next, 0); next++) {
    opening = joined([opening, ...openingsOn(hours, next)]).find(covers)
  }
  const goesOn = opening !== undefined && opening.to >= londonInstant(day + DAYS_OF_WEEK + 1, 0)
  return opening !== undefined && goesOn ? { from: opening.from, to: Infinity } : opening
}

export const isOpen = (hours: OpeningHours, at: number): boolean => openingAt(hours, at) !== undefined

/** Start of the next opening at or after an instant; the instant itself while open; undefined within the look-ahead. */
export const nextOpening = (hours: OpeningHours, at: number): number | undefined => {
  if (!hasStatedHours(hours)) return undefined
  if (isOpen(hours, at)) return at
  const { day } = londonTime(at)
  let night = openingsOn(hours, day - 1)
  for (let step = 0; step <= LOOK_AHEAD_DAYS; step++) {
    const own = openingsOn(hours, day + step)
    const next = [...night, ...own].reduce((least, { from }) => (from >= at && from < least ? from : least), Infinity)
    if (next !== Infinity) return next
    night = own
  }
  return undefined
}

/** Last closing on the wall-clock day of an instant, at most that day's midnight; undefined when it does not open then. */
export const closingOfDay = (hours: OpeningHours, at: number): number | undefined => {
  const { day } = londonTime(at)
  const [begins, ends] = [londonInstant(day, 0), londonInstant(day + 1, 0)]
  const closings = [...openingsOn(hours, day - 1), ...openingsOn(hours, day)]
    .flatMap(({ from, to }) => (to > begins && from < ends ? [Math.min(to, ends)] : []))
  return closings.length === 0 ? undefined : Math.max(...closings)
}

/** Milliseconds of `18:00` or `18:00:00` since midnight. */
export const timeOfDay = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

/** Without times and not said to be otherwise, the whole day; with one of them, from or until midnight. */
const openingOf = ({ allDay, availableStartTime, availableEndTime }: AvailableTime, day: number): Opening => {
  const isWhole = allDay === true || (allDay === undefined && availableStartTime === undefined && availableEndTime === undefined)
  if (isWhole) return { from: londonInstant(day, 0), to: londonInstant(day + 1, 0) }
  if (availableStartTime === undefined && availableEndTime === undefined) return { from: 0, to: 0 }
  const start = timeOfDay(availableStartTime ?? '00:00:00')
  const end = timeOfDay(availableEndTime ?? '00:00:00')
  return { from: londonInstant(day, start), to: end > start ? londonInstant(day, end) : londonInstant(day + 1, end) }
}

/** Those that may touch an opening which begins on a day and ends on the next at the latest. */
const closures = (hours: OpeningHours, day: number): readonly Opening[] =>
  (hours.notAvailable ?? []).flatMap(({ description, during }) => {
    if (during !== undefined) {
      const span = periodRange(during)
      return span === undefined ? [] : [{ from: span.low, to: span.high }]
    }
    return !/\b(?:bank|public) holidays?\b/i.test(description ?? '') ? [] : [day, day + 1].filter(isBankHoliday)
      .map(holiday => ({ from: londonInstant(holiday, 0), to: londonInstant(holiday + 1, 0) }))
  })

const without = (openings: readonly Opening[], closed: readonly Opening[]): readonly Opening[] =>
  closed.reduce<readonly Opening[]>((left, closure) => left.flatMap(({ from, to }) => [
    { from, to: Math.min(to, closure.from) },
    { from: Math.max(from, closure.to), to },
  ].filter(part => part.to > part.from)), openings)

const joined = (openings: readonly Opening[]): readonly Opening[] => {
  const sorted = [...openings].sort((a, b) => a.from - b.from)
  const result: Opening[] = []
  for (const opening of sorted) {
    const last = result.at(-1)
    if (last !== undefined && opening.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, opening.to) }
    } else result.push(opening)
  }
  return result
}

/** Two instants of one day in London. */
export const sameDay = (one: number, other: number): boolean => londonTime(one).day === londonTime(other).day
