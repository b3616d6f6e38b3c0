/** The bank holidays that the hub ships against the rules they follow, by another route: the law, and Easter by Gauss. */
import { readFileSync } from 'node:fs'
import { BANK_HOLIDAYS_END, dayNumber, dayText, isBankHoliday } from '../../src/directory/london.ts'

interface Shipped {
  readonly days: readonly { readonly date: string; readonly name: string }[]
}
const shipped = JSON.parse(readFileSync('src/directory/bank-holidays.json', 'utf8')) as Shipped

const DAY = 86_400_000
const MONDAY = 1
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const weekdayOf = (at: number): number => new Date(at).getUTCDay()

/** Gauss, in the form of Lichtenberg: the day of March on which Easter Sunday falls. */
const easter = (year: number): number => {
  const k = Math.floor(year / 100)
  const m = 15 + Math.floor((3 * k + 3) / 4) - Math.floor((8 * k + 13) / 25)
  const a = year % 19
  const d = (19 * a + m) % 30
  const full = 21 + d - (Math.floor(d / 29) + (Math.floor(d / 28) - Math.floor(d / 29)) * Math.floor(a / 11))
  const s = 2 - Math.floor((3 * k + 3) / 4)
  return full + 7 - (full - (7 - (year + Math.floor(year / 4) + s) % 7)) % 7
}

const firstMonday = (year: number, month: number): number => {
  let at = Date.UTC(year, month, 1)
  while (weekdayOf(at) !== MONDAY) at += DAY
  return at
}

const lastMonday = (year: number, month: number): number => {
  let at = Date.UTC(year, month + 1, 0)
  while (weekdayOf(at) !== MONDAY) at -= DAY
  return at
}

/** The day itself, or the first weekday after it that is not taken (Banking and Financial Dealings Act 1971, and proclamation). */
const withSubstitute = (at: number, taken: readonly string[]): string => {
  let day = at
  while ([0, 6].includes(weekdayOf(day)) || taken.includes(dateOf(day))) day += DAY
  return dateOf(day)
}

const byRule = (year: number): readonly string[] => {
  const sunday = Date.UTC(year, 2, easter(year))
  const christmas = withSubstitute(Date.UTC(year, 11, 25), [])
  // Where Christmas Day is a Sunday, Boxing Day keeps its Monday and Christmas takes the Tuesday: the same two days.
  const boxing = withSubstitute(Date.UTC(year, 11, 26), [christmas])
  return [
    withSubstitute(Date.UTC(year, 0, 1), []), dateOf(sunday - 2 * DAY), dateOf(sunday + DAY),
    dateOf(firstMonday(year, 4)), dateOf(lastMonday(year, 4)), dateOf(lastMonday(year, 7)), christmas, boxing,
  ].sort()
}

describe('bank holidays of England', () => {
  it.each([2025, 2026, 2027, 2028])('of %i are those of the law, substitute days among them', year => {
    expect(shipped.days.map(({ date }) => date).filter(date => date.startsWith(String(year)))).toEqual(byRule(year))
    for (const date of byRule(year)) expect(isBankHoliday(dayNumber(date) ?? NaN)).toBe(true)
  })

  it('are no weekend days, and say which of them are substitutes', () => {
    for (const { date, name } of shipped.days) {
      expect([0, 6]).not.toContain(weekdayOf(Date.parse(date)))
      const isSubstitute = /^(?:New Year|Christmas|Boxing)/.test(name) && !['-01-01', '-12-25', '-12-26'].some(own => date.endsWith(own))
      expect([date, name.includes('substitute')]).toEqual([date, isSubstitute])
    }
    expect(isBankHoliday(dayNumber('2026-12-26') ?? NaN)).toBe(false)
  })

  it('are known to the end of 2028', () => {
    expect(dayText(BANK_HOLIDAYS_END)).toBe('2028-12-31')
  })
})
