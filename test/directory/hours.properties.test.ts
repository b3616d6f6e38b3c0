/** Hours and due times against a slow obvious model: a walk minute by minute along the clock on the wall. */
import fc from 'fast-check'
import { dueIfReceived } from '../../src/directory/due.ts'
import { closingOfDay, isOpen, nextOpening, openingAt, type AvailableTime, type NotAvailable, type OpeningHours } from '../../src/directory/hours.ts'
import { openMinutes, seenAt, walkFrom, type Walk } from './slow-hours.ts'

const MINUTE = 60_000
const RUNS = Number(process.env['HOURS_RUNS'] ?? 400)
const DAYS = 10

/** Bank holidays as gov.uk lists them, in the days of the walks. */
const BANK_HOLIDAYS = new Set([
  '2026-04-03', '2026-04-06', '2026-12-25', '2026-12-28', '2027-01-01', '2027-03-26', '2027-03-29', '2027-12-27', '2027-12-28', '2028-01-03',
])

/** Both clock changes of two years (that of 2027 in spring before Easter Monday), two Christmases, an ordinary summer. */
const walks: readonly Walk[] = ['2026-03-25', '2026-10-21', '2026-12-22', '2027-03-22', '2027-10-27', '2027-12-24', '2026-07-01']
  .map(date => walkFrom(Date.parse(`${date}T00:00:00Z`), DAYS))

const walkOf = (index: number): Walk => walks[index] ?? { start: NaN, walls: [], dates: new Map() }
/** The last minute that is asked about: some days are left to walk. */
const LAST = 6 * 1_440

const day = fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
const time = fc.oneof(
  fc.constantFrom('00:00:00', '01:00:00', '01:30:00', '02:00:00', '08:00:00', '08:30:00', '16:30:00', '18:00:00', '20:00:00', '23:45:00'),
  fc.tuple(fc.nat({ max: 23 }), fc.constantFrom('00', '15', '59')).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}:00`),
)
const availableTime: fc.Arbitrary<AvailableTime> = fc.record({
  daysOfWeek: fc.uniqueArray(day, { minLength: 1 }), availableStartTime: time, availableEndTime: time,
}, { requiredKeys: ['availableStartTime', 'availableEndTime'] })
const wholeDays: fc.Arbitrary<AvailableTime> = fc.record({ allDay: fc.constant(true), daysOfWeek: fc.uniqueArray(day, { minLength: 1 }) }, { requiredKeys: ['allDay'] })

interface Case {
  /** Which walk, and which of its minutes. */
  readonly walk: number
  readonly index: number
  readonly hours: OpeningHours
}

/** A minute in the middle of a walk, so that a week of it is before the end. */
const cases: fc.Arbitrary<Case> = fc.nat({ max: walks.length - 1 }).chain(walk => {
  const date = fc.nat({ max: DAYS - 1 }).map(index => walkOf(walk).walls[index * 24 * 60]?.date ?? '')
  const during = fc.tuple(date, date).map(([one, other]) => ({ start: one < other ? one : other, end: one < other ? other : one }))
  const notAvailable: fc.Arbitrary<NotAvailable> = fc.oneof(fc.constant({ description: 'Bank holidays' }), fc.record({ description: fc.constant('Refit'), during }))
  return fc.record({
    walk: fc.constant(walk),
    index: fc.oneof(fc.integer({ min: 1_440, max: LAST }), fc.integer({ min: 1_440, max: LAST }).map(minute => minute - minute % 30)),
    hours: fc.record({ availableTime: fc.array(fc.oneof({ weight: 4, arbitrary: availableTime }, wholeDays), { minLength: 1, maxLength: 3 }), notAvailable: fc.array(notAvailable, { maxLength: 2 }) }),
  })
})

const seen = ({ walk, index, hours }: Case) => seenAt(walkOf(walk), openMinutes(walkOf(walk), hours, BANK_HOLIDAYS), index)
const instantOf = ({ walk, index }: Case): number => walkOf(walk).start + index * MINUTE
/** Beyond it nothing can be said from the walk. */
const endOf = ({ walk }: Case): number => walkOf(walk).start + (DAYS - 1) * 1_440 * MINUTE
const check = (says: (one: Case) => void): void => fc.assert(fc.property(cases, says), { numRuns: RUNS, seed: 8 })

describe('opening hours agree with a walk along the clock', () => {
  it('on whether a service is open', () => check(one => {
    expect(isOpen(one.hours, instantOf(one))).toBe(seen(one).isOpen)
    // What holds at a minute holds until the next: no time of day here has seconds.
    expect(isOpen(one.hours, instantOf(one) + MINUTE - 1)).toBe(seen(one).isOpen)
  }))

  it('on when it opens next', () => check(one => {
    const withinTheWalk = (at: number | undefined): number => Math.min(at ?? Infinity, endOf(one))
    expect(withinTheWalk(nextOpening(one.hours, instantOf(one)))).toBe(withinTheWalk(seen(one).nextOpening))
  }))

  it('on when it closes', () => check(one => {
    const closes = openingAt(one.hours, instantOf(one))?.to
    const { closesAt, isOpen: open } = seen(one)
    expect(closes !== undefined).toBe(open)
    const horizon = Math.min(endOf(one), instantOf(one) + 6 * 1_440 * MINUTE)
    if (closesAt !== undefined && closesAt < horizon) expect(closes).toBe(closesAt)
    else if (closes !== undefined) expect(closes).toBeGreaterThanOrEqual(horizon)
  }))

  it('on when its day ends', () => check(one => {
    expect(closingOfDay(one.hours, instantOf(one))).toBe(seen(one).closingOfDay)
  }))
})

describe('due times agree with a walk along the clock', () => {
  const cutOffs = fc.option(fc.constantFrom('16:00', '18:00', '01:30'), { nil: undefined })
  const within = fc.constantFrom(30, 120, 240)

  it('if received at any minute', () => {
    fc.assert(fc.property(cases, cutOffs, within, fc.nat({ max: 240 }), (one, cutOff, withinMinutes, before) => {
      const at = instantOf(one)
      const startedAt = at - before * MINUTE
      const due = dueIfReceived({ opening: one.hours, cutOff, withinMinutes }, { at, startedAt })
      const { isOpen: open, closesAt, closingOfDay: sameDayAt } = seen(one)
      expect([due.isOpen, due.sameDayAt]).toEqual([open, open ? sameDayAt : undefined])
      expect(due.isAfterCutOff).toBe(cutOff !== undefined && (walkOf(one.walk).walls[one.index]?.time ?? '') > cutOff)
      expect(due.withinAt).toBe(startedAt + withinMinutes * MINUTE)
      expect(due.crossesClosing).toBe(open ? closesAt !== undefined && due.withinAt > closesAt : undefined)
    }), { numRuns: RUNS, seed: 8 })
  })

  it('two hours are 120 minutes over a clock change, and a closing at their end is in time', () => {
    const opening: OpeningHours = { availableTime: [{ availableStartTime: '00:00:00', availableEndTime: '04:00:00' }] }
    const due = (at: string) => dueIfReceived({ opening, withinMinutes: 120 }, { at: Date.parse(at) })
    // 00:30 GMT, clocks go from 01:00 to 02:00: 03:30 BST.
    expect(due('2026-03-29T00:30:00Z')).toMatchObject({ withinAt: Date.parse('2026-03-29T02:30:00Z'), crossesClosing: false, sameDayAt: Date.parse('2026-03-29T03:00:00Z') })
    // 00:30 BST, clocks go from 02:00 back to 01:00: 01:30 GMT.
    expect(due('2026-10-24T23:30:00Z')).toMatchObject({ withinAt: Date.parse('2026-10-25T01:30:00Z'), sameDayAt: Date.parse('2026-10-25T04:00:00Z') })
    expect(due('2026-10-25T02:00:00Z').crossesClosing).toBe(false)
    expect(due('2026-10-25T02:00:01Z').crossesClosing).toBe(true)
  })

  it('the cut-off is inclusive, and judged by when it first came in on the same day', () => {
    const hours = { opening: { availableTime: [{ availableStartTime: '08:00:00', availableEndTime: '20:00:00' }] }, cutOff: '18:00', withinMinutes: 120 }
    const [at, late, next] = ['2026-11-24T18:00:00Z', '2026-11-24T18:00:00.001Z', '2026-11-25T19:00:00Z'].map(Date.parse)
    if (at === undefined || late === undefined || next === undefined) throw new Error('three instants')
    expect(dueIfReceived(hours, { at }).isAfterCutOff).toBe(false)
    expect(dueIfReceived(hours, { at: late }).isAfterCutOff).toBe(true)
    expect(dueIfReceived(hours, { at: late, firstAt: at }).isAfterCutOff).toBe(false)
    expect(dueIfReceived(hours, { at: next, firstAt: at }).isAfterCutOff).toBe(true)
    expect(dueIfReceived(hours, { at: next, firstAt: at }).sameDayAt).toBe(Date.parse('2026-11-24T20:00:00Z'))
  })
})
