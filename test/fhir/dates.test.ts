import * as fc from 'fast-check'
import { BEGINNING, dateRange, END, periodRange, timingRange } from '../../src/fhir/dates.ts'

const span = (text: string): string | undefined => {
  const range = dateRange(text)
  return range === undefined ? undefined : `${new Date(range.low).toISOString()} to ${new Date(range.high).toISOString()}`
}

describe('the span of a date', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00.000Z to 2027-01-01T00:00:00.000Z'],
    ['2026-02', '2026-02-01T00:00:00.000Z to 2026-03-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z to 2027-01-01T00:00:00.000Z'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z to 2026-11-25T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z to 2024-03-01T00:00:00.000Z'],
    ['2026-11-24T10:15Z', '2026-11-24T10:15:00.000Z to 2026-11-24T10:16:00.000Z'],
    ['2026-11-24T10:15:30Z', '2026-11-24T10:15:30.000Z to 2026-11-24T10:15:31.000Z'],
    ['2026-11-24T10:15:30.5Z', '2026-11-24T10:15:30.500Z to 2026-11-24T10:15:30.600Z'],
    ['2026-11-24T10:15:30.123Z', '2026-11-24T10:15:30.123Z to 2026-11-24T10:15:30.124Z'],
    ['2026-11-24T10:15:30.123456Z', '2026-11-24T10:15:30.123Z to 2026-11-24T10:15:30.124Z'],
    ['2026-07-01T10:15:30+01:00', '2026-07-01T09:15:30.000Z to 2026-07-01T09:15:31.000Z'],
    ['2026-07-01T10:15:30-14:00', '2026-07-02T00:15:30.000Z to 2026-07-02T00:15:31.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z to 2017-01-01T00:00:01.000Z'],
    ['0026-01-01T00:00:00Z', '0026-01-01T00:00:00.000Z to 0026-01-01T00:00:01.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(span(text)).toBe(expected)
  })

  it.each([
    ['a summer day begins an hour before midnight UTC', '2026-07-01', '2026-06-30T23:00:00.000Z to 2026-07-01T23:00:00.000Z'],
    ['the day the clocks go forward has 23 hours', '2026-03-29', '2026-03-29T00:00:00.000Z to 2026-03-29T23:00:00.000Z'],
    ['the day they go back has 25', '2026-10-25', '2026-10-24T23:00:00.000Z to 2026-10-26T00:00:00.000Z'],
    ['a summer time without a zone is London\'s', '2026-07-01T10:15', '2026-07-01T09:15:00.000Z to 2026-07-01T09:16:00.000Z'],
  ])('without a zone: %s', (_what, text, expected) => {
    expect(span(text)).toBe(expected)
  })

  it.each([
    '2026-02-30', '2023-02-29', '1900-02-29', '2026-13', '2026-00', '2026-11-00', '2026-04-31', '0000', '26', '20260101', '2026-1-1',
    '2026-11-24T24:00:00Z', '2026-11-24T10:60:00Z', '2026-11-24T10:15:61Z', '2026-11-24T10Z', '2026-11-24T10:15:30.Z',
    '2026-11-24T10:15:30+15:00', '2026-11-24T10:15:30+01:60', '2026-11-24 10:15', '2026-11-24T', ' 2026', '2026 ', '', 'today',
  ])('%j is no date', text => {
    expect(dateRange(text)).toBeUndefined()
  })

  it('holds every instant of a day, whatever the zone it is written in', () => {
    const day = dateRange('2026-06-15')!
    fc.assert(fc.property(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: -13 * 60, max: 13 * 60 }), (second, offset) => {
      const local = new Date(day.low + second * 1000 + offset * 60_000).toISOString().slice(0, 19)
      const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`
      const instant = dateRange(local + zone)!
      return instant.low === day.low + second * 1000 && instant.high <= day.high
    }))
  })

  it('of a coarser date contains that of each finer one, and days follow each other without a gap', () => {
    fc.assert(fc.property(fc.date({ min: new Date('1972-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }), date => {
      const text = date.toISOString()
      const next = new Date(date.getTime() + 86_400_000).toISOString().slice(0, 10)
      const [year, month, day] = [4, 7, 10].map(length => dateRange(text.slice(0, length))!)
      return year!.low <= month!.low && month!.low <= day!.low && day!.high <= month!.high && month!.high <= year!.high
        && day!.high === dateRange(next)!.low
    }))
  })
})

describe('the span of a Period', () => {
  it('ends with the last moment of its end', () => {
    expect(periodRange({ start: '2026-11-24', end: '2026-11-25' }))
      .toEqual({ low: Date.UTC(2026, 10, 24), high: Date.UTC(2026, 10, 26) })
  })
  it('is open where a side is missing', () => {
    expect(periodRange({ start: '2026-11-24' })).toEqual({ low: Date.UTC(2026, 10, 24), high: END })
    expect(periodRange({ end: '2026-11-24' })).toEqual({ low: BEGINNING, high: Date.UTC(2026, 10, 25) })
  })
  it.each([[{}], [undefined], ['2026'], [{ start: 'soon' }], [null]])('%j has none', period => {
    expect(periodRange(period)).toBeUndefined()
  })
  it('never ends before it starts, even where its end does', () => {
    const { low, high } = periodRange({ start: '2026-11-24', end: '2026-11-01' })!
    expect(high).toBeGreaterThan(low)
  })
})

describe('the span of a Timing', () => {
  it('reaches from its first event to its last', () => {
    expect(timingRange({ event: ['2026-11-25', '2026-11-24'] })).toEqual({ low: Date.UTC(2026, 10, 24), high: Date.UTC(2026, 10, 26) })
  })
  it('is that of its bounds, whatever the schedule inside', () => {
    expect(timingRange({ repeat: { boundsPeriod: { start: '2026-01-31', end: '2026-03-24' }, frequency: 1, period: 2, periodUnit: 'd' } }))
      .toEqual({ low: Date.UTC(2026, 0, 31), high: Date.UTC(2026, 2, 25) })
  })
  it('is unknown where only the rhythm is', () => {
    expect(timingRange({ repeat: { frequency: 1, period: 1, periodUnit: 'd' } })).toBeUndefined()
  })
})
