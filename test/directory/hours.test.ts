/** Opening hours against the wall clock of London: edges, bank holidays, both clock changes, closures. */
import fc from 'fast-check'
import { closingOfDay, isOpen, nextOpening, openingAt, type OpeningHours } from '../../src/directory/hours.ts'
import { dayNumber, HOUR, isBankHoliday, londonInstant, londonTime, MINUTE, monthsBefore, dayText } from '../../src/directory/london.ts'

const daily: OpeningHours = { availableTime: [{ availableStartTime: '08:00:00', availableEndTime: '20:00:00' }] }
const office: OpeningHours = {
  availableTime: [
    { daysOfWeek: ['mon', 'tue', 'wed', 'thu'], availableStartTime: '08:30:00', availableEndTime: '17:00:00' },
    { daysOfWeek: ['fri'], availableStartTime: '08:30:00', availableEndTime: '16:30:00' },
  ],
  notAvailable: [{ description: 'Bank holidays' }],
}
const at = (text: string): number => Date.parse(text)
const day = (text: string): number => dayNumber(text) ?? NaN
const lengthOfDay = (number: number): number => londonInstant(number + 1, 0) - londonInstant(number, 0)

describe('opening hours', () => {
  it.each([
    ['2026-11-24T07:59:59Z', false], ['2026-11-24T08:00:00Z', true], ['2026-11-24T19:59:59Z', true], ['2026-11-24T20:00:00Z', false],
    ['2026-07-24T07:00:00Z', true], ['2026-07-24T06:59:59Z', false], ['2026-07-24T19:00:00Z', false],
  ])('opens inclusive and closes exclusive: %s is %s', (instant, expected) => {
    expect(isOpen(daily, at(instant))).toBe(expected)
  })

  it('closes early on Friday and not at all at the weekend', () => {
    expect(isOpen(office, at('2026-11-27T16:30:00Z'))).toBe(false)
    expect(isOpen(office, at('2026-11-27T16:29:59Z'))).toBe(true)
    expect(nextOpening(office, at('2026-11-27T16:30:00Z'))).toBe(at('2026-11-30T08:30:00Z'))
  })

  it('keeps bank holidays where the service says so, and only there', () => {
    expect(isBankHoliday(day('2026-12-25'))).toBe(true)
    expect(isOpen(office, at('2026-12-25T10:00:00Z'))).toBe(false)
    expect(isOpen(daily, at('2026-12-25T10:00:00Z'))).toBe(true)
    expect(nextOpening(office, at('2026-12-24T18:00:00Z'))).toBe(at('2026-12-29T08:30:00Z'))
  })

  it('knows the days on which the clocks change', () => {
    expect(lengthOfDay(day('2026-03-29'))).toBe(23 * HOUR)
    expect(lengthOfDay(day('2026-10-25'))).toBe(25 * HOUR)
    expect(lengthOfDay(day('2026-11-24'))).toBe(24 * HOUR)
    expect(nextOpening(daily, at('2026-03-28T21:00:00Z'))).toBe(at('2026-03-29T07:00:00Z'))
    expect(nextOpening(daily, at('2026-10-24T20:00:00Z'))).toBe(at('2026-10-25T08:00:00Z'))
  })

  it('reads a time in the skipped hour as the change itself, and one in the repeated hour as its first pass', () => {
    expect(londonInstant(day('2026-03-29'), 1.5 * HOUR)).toBe(at('2026-03-29T01:00:00Z'))
    expect(londonInstant(day('2026-10-25'), 1.5 * HOUR)).toBe(at('2026-10-25T00:30:00Z'))
  })

  it('never closes a service that is open all day, and closes its day at midnight', () => {
    const always: OpeningHours = { availableTime: [{ allDay: true }] }
    expect(openingAt(always, at('2026-11-24T23:59:59Z'))?.to).toBe(Infinity)
    expect(openingAt({ ...always, notAvailable: [{ description: 'Bank holidays' }] }, at('2026-12-20T10:00:00Z'))?.to).toBe(at('2026-12-25T00:00:00Z'))
    expect(openingAt({ ...always, notAvailable: [{ description: 'Bank holidays' }] }, at('2026-12-10T10:00:00Z'))?.to).toBe(Infinity)
    expect(closingOfDay(always, at('2026-11-24T10:00:00Z'))).toBe(at('2026-11-25T00:00:00Z'))
  })

  it('is open over midnight when the end is before the start', () => {
    const night: OpeningHours = { availableTime: [{ daysOfWeek: ['tue'], availableStartTime: '20:00:00', availableEndTime: '08:00:00' }] }
    expect([isOpen(night, at('2026-11-25T07:59:00Z')), isOpen(night, at('2026-11-25T08:00:00Z')), isOpen(night, at('2026-11-24T07:00:00Z'))]).toEqual([true, false, false])
  })

  it('is shut while not available, the last day included', () => {
    const refit: OpeningHours = { ...daily, notAvailable: [{ description: 'Refit', during: { start: '2026-11-23', end: '2026-11-24' } }] }
    expect(isOpen(refit, at('2026-11-24T19:00:00Z'))).toBe(false)
    expect(nextOpening(refit, at('2026-11-23T09:00:00Z'))).toBe(at('2026-11-25T08:00:00Z'))
  })

  it('has no next opening when it states no hours', () => {
    expect(nextOpening({}, at('2026-11-24T10:00:00Z'))).toBeUndefined()
  })

  it('agrees with walking the wall clock minute by minute, around the clock changes too', () => {
    const starts = [at('2026-03-28T00:00:00Z'), at('2026-10-24T00:00:00Z'), at('2026-12-23T00:00:00Z')]
    fc.assert(fc.property(fc.constantFrom(...starts), fc.integer({ min: 0, max: 4 * 24 * 60 }), fc.constantFrom(daily, office), (start, minutes, hours) => {
      const instant = start + minutes * MINUTE
      expect(isOpen(hours, instant)).toBe(isOpenSlowly(hours, instant))
      const next = nextOpening(hours, instant) ?? NaN
      expect(isOpenSlowly(hours, next)).toBe(true)
      expect(next === instant || !isOpenSlowly(hours, next - 1)).toBe(true)
    }), { numRuns: 300, seed: 1 })
  })
})

/** The obvious model: what does the clock on the wall show, by Intl. */
const isOpenSlowly = (hours: OpeningHours, instant: number): boolean => {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).formatToParts(instant).map(({ type, value }) => [type, value]))
  const clock = `${parts['hour']}:${parts['minute']}:${parts['second']}`
  const weekday = (parts['weekday'] ?? '').toLowerCase()
  if (hours.notAvailable !== undefined && isBankHoliday(day(`${parts['year']}-${parts['month']}-${parts['day']}`))) return false
  return (hours.availableTime ?? []).some(({ daysOfWeek, availableStartTime = '', availableEndTime = '' }) =>
    (daysOfWeek === undefined || daysOfWeek.includes(weekday)) && clock >= availableStartTime && clock < availableEndTime)
}

describe('London time', () => {
  it('goes from instant to wall clock and back', () => {
    fc.assert(fc.property(fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2028-12-31T00:00:00Z') }), instant => {
      const { day: number, time } = londonTime(instant)
      const back = londonInstant(number, time)
      expect([instant, instant - HOUR]).toContain(back)
    }), { numRuns: 500, seed: 1 })
  })

  it('counts calendar months back to the same day, or the last of a shorter month', () => {
    expect(dayText(monthsBefore(day('2026-11-24'), 6))).toBe('2026-05-24')
    expect(dayText(monthsBefore(day('2026-08-31'), 6))).toBe('2026-02-28')
  })

  it('knows no date that does not exist', () => {
    expect([dayNumber('2026-02-30'), dayNumber('2026-2-3'), dayNumber('2026-02-28')]).toEqual([undefined, undefined, day('2026-02-28')])
  })
})
