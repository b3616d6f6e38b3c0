/**
 * Opening hours: is a service open at an instant, when does it close, when does it open next.
 *
 * Pure functions over the HealthcareService elements `availableTime` and `notAvailable`, and the bank holidays of
 * England; times are instants, the wall clock is Europe/London. Openings are inclusive, closings exclusive.
 * R4: https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.availableTime
 */
import { isBankHoliday, dayNumber, londonInstant, londonTime, WEEKDAYS } from './london.ts'

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
  /** Dates or instants, both ends included. Absent with a description of bank holidays: closed on each of them. */
  readonly during?: { readonly start?: string; readonly end?: string }
}

export interface OpeningHours {
  readonly availableTime?: readonly AvailableTime[]
  readonly notAvailable?: readonly NotAvailable[]
}

/** One opening: open at `from`, no longer open at `to`. */
export interface Opening {
  readonly from: number
  readonly to: number
}

/** Longest closure looked past: four bank holidays in a row and a weekend never reach it; a season's break may. */
export const LOOK_AHEAD_DAYS = 400

/** True when the hours say anything at all; a service without stated hours is neither open nor closed. */
export const hasStatedHours = (hours: OpeningHours): boolean => (hours.availableTime?.length ?? 0) > 0

/** Openings that begin on a wall-clock day, in order, joined where they touch. */
export const openingsOn = (hours: OpeningHours, day: number): readonly Opening[] => {
  const weekday = WEEKDAYS[(((day + 3) % 7) + 7) % 7]
  const openings = (hours.availableTime ?? [])
    .filter(time => time.daysOfWeek === undefined || time.daysOfWeek.length === 0 || time.daysOfWeek.includes(weekday ?? ''))
    .map(time => openingOf(time, day))
    .filter(opening => opening.to > opening.from)
  return joined(without(openings, closures(hours, day)))
}

/** The opening in force at an instant, joined with those it touches (a service open all day never closes at midnight). */
export const openingAt = (hours: OpeningHours, at: number): Opening | undefined => {
  const { day } = londonTime(at)
  const covers = (opening: Opening): boolean => opening.from <= at && at < opening.to
  const today = openingsOn(hours, day)
  const opening = today.find(covers)
  if (opening !== undefined && opening.from > londonInstant(day, 0) && opening.to < londonInstant(day + 1, 0)) return opening
  return joined([...openingsOn(hours, day - 1), ...today, ...openingsOn(hours, day + 1)]).find(covers)
}

export const isOpen = (hours: OpeningHours, at: number): boolean => openingAt(hours, at) !== undefined

/** Start of the next opening at or after an instant; the instant itself while open; undefined within the look-ahead. */
export const nextOpening = (hours: OpeningHours, at: number): number | undefined => {
  if (isOpen(hours, at)) return at
  const { day } = londonTime(at)
  for (let step = 0; step <= LOOK_AHEAD_DAYS; step++) {
    const opening = openingsOn(hours, day + step).find(({ from }) => from >= at)
    if (opening !== undefined) return opening.from
  }
  return undefined
}

/** Last closing on the wall-clock day of an instant, at most that day's midnight; undefined when it does not open then. */
export const closingOfDay = (hours: OpeningHours, at: number): number | undefined => {
  const { day } = londonTime(at)
  const midnight = londonInstant(day + 1, 0)
  const last = [...openingsOn(hours, day - 1).filter(({ to }) => to > londonInstant(day, 0)), ...openingsOn(hours, day)].at(-1)
  return last === undefined ? undefined : Math.min(last.to, midnight)
}

/** Milliseconds of `18:00` or `18:00:00` since midnight. */
export const timeOfDay = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

const openingOf = (time: AvailableTime, day: number): Opening => {
  if (time.allDay === true) return { from: londonInstant(day, 0), to: londonInstant(day + 1, 0) }
  const start = timeOfDay(time.availableStartTime ?? '00:00:00')
  const end = timeOfDay(time.availableEndTime ?? '00:00:00')
  return { from: londonInstant(day, start), to: end > start ? londonInstant(day, end) : londonInstant(day + 1, end) }
}

const closures = (hours: OpeningHours, day: number): readonly Opening[] =>
  (hours.notAvailable ?? []).flatMap(({ description, during }) => {
    if (during === undefined) {
      return /bank holiday/i.test(description ?? '') && isBankHoliday(day)
        ? [{ from: londonInstant(day, 0), to: londonInstant(day + 1, 0) }] : []
    }
    return [{ from: boundary(during.start, 'start') ?? -Infinity, to: boundary(during.end, 'end') ?? Infinity }]
  })

/** A date is a whole London day, an instant itself; the end of a FHIR Period is included. */
const boundary = (text: string | undefined, side: 'start' | 'end'): number | undefined => {
  if (text === undefined) return undefined
  const day = dayNumber(text)
  if (day !== undefined) return londonInstant(side === 'start' ? day : day + 1, 0)
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) return undefined
  return side === 'start' ? instant : instant + 1
}

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
