/**
 * The obvious model of opening hours: walk some days minute by minute, look at the clock on the wall (Intl, not our own
 * time arithmetic), open when it first shows an opening time, shut when it first shows the closing time. Slow.
 */
import type { OpeningHours } from '../../src/directory/hours.ts'

const MINUTE = 60_000

interface Wall {
  readonly date: string
  /** `08:30` */
  readonly time: string
  readonly weekday: string
}

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})

const wallAt = (instant: number): Wall => {
  const { weekday = '', year, month, day, hour, minute } = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, value]))
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}`, weekday: weekday.toLowerCase() }
}

/** Days of minutes around an instant, their walls read once. */
export interface Walk {
  readonly start: number
  readonly walls: readonly Wall[]
  /** Index of the first minute of each date. */
  readonly dates: ReadonlyMap<string, number>
}

export const walkFrom = (start: number, days: number): Walk => {
  const walls = Array.from({ length: days * 24 * 60 }, (_, index) => wallAt(start + index * MINUTE))
  return { start, walls, dates: new Map(walls.map(({ date }, index) => [date, index] as const).reverse()) }
}

/** Of each minute of the walk, whether it is open. The first and last day of a walk are not to be relied on. */
export const openMinutes = ({ walls, dates }: Walk, hours: OpeningHours, bankHolidays: ReadonlySet<string>): readonly boolean[] => {
  const open = walls.map(() => false)
  const reached = (date: string, time: string): number => {
    for (let index = dates.get(date) ?? walls.length; index < walls.length; index++) {
      const wall = walls[index]
      if (wall === undefined || wall.date !== date || wall.time >= time) return index
    }
    return walls.length
  }
  for (const [date, first] of dates) {
    const weekday = walls[first]?.weekday ?? ''
    for (const { daysOfWeek, allDay, availableStartTime, availableEndTime } of hours.availableTime ?? []) {
      if (daysOfWeek !== undefined && !daysOfWeek.includes(weekday)) continue
      const startTime = allDay === true ? '00:00' : (availableStartTime ?? '00:00').slice(0, 5)
      const endTime = allDay === true ? '00:00' : (availableEndTime ?? '00:00').slice(0, 5)
      const begins = reached(date, startTime)
      const ends = endTime > startTime ? reached(date, endTime) : reached(tomorrow(date), endTime)
      for (let index = begins; index < ends; index++) open[index] = true
    }
  }
  return walls.map(({ date }, index) => open[index] === true && !(hours.notAvailable ?? []).some(({ during }) => (
    during === undefined ? bankHolidays.has(date) : (during.start ?? '') <= date && date <= (during.end ?? '9999'))))
}

const tomorrow = (date: string): string => new Date(Date.parse(`${date}T12:00:00Z`) + 24 * 60 * MINUTE).toISOString().slice(0, 10)

/** What the walk shows at one of its minutes. */
export interface Seen {
  readonly isOpen: boolean
  /** First open minute from there. */
  readonly nextOpening: number | undefined
  /** First shut minute, while open. */
  readonly closesAt: number | undefined
  /** End of the last open minute of that date. */
  readonly closingOfDay: number | undefined
}

export const seenAt = ({ start, walls }: Walk, open: readonly boolean[], index: number): Seen => {
  const instantOf = (found: number): number | undefined => (found === -1 ? undefined : start + found * MINUTE)
  const date = walls[index]?.date
  const last = walls.findLastIndex((wall, at) => wall.date === date && open[at] === true)
  return {
    isOpen: open[index] === true,
    nextOpening: instantOf(open.indexOf(true, index)),
    closesAt: open[index] === true ? instantOf(open.indexOf(false, index)) : undefined,
    closingOfDay: last === -1 ? undefined : instantOf(last + 1),
  }
}
