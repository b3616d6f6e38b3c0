/** When somebody must act next: never later than the due time, never before now. */
import { referralNumber } from '../../src/referral/number.ts'
import { nextActionAt } from '../../src/referral/times.ts'

const MINUTE = 60_000
const now = Date.parse('2026-11-24T10:15:00Z')
const minutes = (business: Parameters<typeof nextActionAt>[0]['business'], due?: number, eta?: number): number =>
  (nextActionAt({ business, now, dueAt: due === undefined ? undefined : now + due * MINUTE, etaAt: eta === undefined ? undefined : now + eta * MINUTE }) - now) / MINUTE

it.each([
  ['triage-proposed', undefined, undefined, 15],
  ['received', undefined, undefined, 15],
  ['offered', 120, undefined, 5],
  ['seen', 120, undefined, 15],
  ['seen', 10, undefined, 10],
  ['rejected', 120, undefined, 15],
  ['rejected', -5, undefined, 0],
  ['accepted', 120, 40, 40],
  ['accepted', 30, 40, 30],
  ['accepted', 120, undefined, 120],
  ['accepted', undefined, undefined, 120],
  ['en-route', 120, 20, 20],
  ['en-route', 120, -10, 0],
  ['visited', -5, undefined, 72 * 60],
] as const)('%s, due in %s min, expected in %s min: within %i min', (business, due, eta, expected) => {
  expect(minutes(business, due, eta)).toBe(expected)
})

it('a referral number is the same for the same referral, and has no letter that is misheard', () => {
  const numbers = Array.from({ length: 5_000 }, (_, index) => referralNumber(`referral-${index}`))
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(numbers.every(number => /^CC-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/.test(number))).toBe(true)
  expect(referralNumber('referral-1')).toBe(numbers[1])
})
