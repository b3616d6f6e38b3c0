/** Due times: two hours from the earlier credible time, whole hours across clock changes, the morning after. */
import { momentOf, sameDayAt } from '../../src/triage/moment.ts'
import { triage } from './referral.ts'

const pack = triage.packs[0]?.pack
if (pack === undefined) throw new Error('no pack is shipped')
const at = (text: string): number => Date.parse(text)
const due = (received: string, authored?: string): string => new Date(momentOf(pack, at(received), authored === undefined ? undefined : at(authored)).asapAt).toISOString()

describe('two hours', () => {
  it('count from an authored time that is credible (W02), and from receipt otherwise', () => {
    expect(due('2026-11-24T11:40:00Z', '2026-11-24T10:05:00Z')).toBe('2026-11-24T12:05:00.000Z')
    expect(due('2026-11-24T11:40:00Z', '2026-11-24T11:41:00Z')).toBe('2026-11-24T13:40:00.000Z')
    expect(due('2026-11-24T11:40:00Z', '2026-11-23T23:39:59Z')).toBe('2026-11-24T13:40:00.000Z')
    expect(due('2026-11-24T11:40:00Z', '2026-11-23T23:40:00Z')).toBe('2026-11-24T01:40:00.000Z')
  })

  it('are 120 minutes on the days on which the clocks change', () => {
    expect(due('2026-03-29T00:30:00Z')).toBe('2026-03-29T02:30:00.000Z')
    expect(due('2026-10-25T00:30:00Z')).toBe('2026-10-25T02:30:00.000Z')
  })
})

describe('of a referral that is triaged again', () => {
  const again = (now: string, first: string, authored?: string) => momentOf(pack, at(now), authored === undefined ? undefined : at(authored), at(first))

  it('the two hours run from where they began (domain 2.6 13), what a person must do from now', () => {
    const moment = again('2026-11-24T10:40:00Z', '2026-11-24T10:00:00Z')
    expect([moment.asapAt, moment.reviewAt]).toEqual([at('2026-11-24T12:00:00Z'), at('2026-11-24T10:55:00Z')])
    expect(again('2026-11-24T22:00:00Z', '2026-11-24T10:00:00Z', '2026-11-24T09:30:00Z').asapAt).toBe(at('2026-11-24T11:30:00Z'))
  })

  it('the cut-off is judged by its receipt, the day it is due by too', () => {
    expect(again('2026-11-24T18:10:00Z', '2026-11-24T17:50:00Z').isAfterCutOff).toBe(false)
    expect(again('2026-11-25T18:10:00Z', '2026-11-24T17:50:00Z').isAfterCutOff).toBe(true)
    expect(sameDayAt(again('2026-11-25T09:00:00Z', '2026-11-24T17:50:00Z'), 'health')).toBe(at('2026-11-24T20:00:00Z'))
    expect(sameDayAt(again('2026-11-25T09:00:00Z', '2026-11-24T21:00:00Z'), 'health')).toBe(at('2026-11-25T20:00:00Z'))
  })
})

describe('hours of the line', () => {
  it.each([
    ['2026-03-29T06:59:59Z', false], ['2026-03-29T07:00:00Z', true], ['2026-10-25T07:00:00Z', false], ['2026-10-25T08:00:00Z', true],
    ['2026-12-25T08:00:00Z', true], ['2026-11-24T19:59:59.999Z', true], ['2026-11-24T20:00:00Z', false],
  ])('at %s it is open: %s (08:00 to 20:00 in London, clock changes and Christmas included)', (received, expected) => {
    expect(momentOf(pack, at(received), undefined).due.health.isOpen).toBe(expected)
  })

  it.each([
    ['2026-11-24T18:00:00Z', false], ['2026-11-24T18:00:00.001Z', true], ['2026-07-24T17:00:00Z', false], ['2026-07-24T17:01:00Z', true],
  ])('cut-off is inclusive: after it at %s is %s', (received, expected) => {
    expect(momentOf(pack, at(received), undefined).isAfterCutOff).toBe(expected)
  })

  it.each([
    ['2026-11-24T20:00:00Z', '2026-11-25T08:15:00.000Z'], ['2026-11-25T07:59:00Z', '2026-11-25T08:15:00.000Z'], ['2026-10-24T19:30:00Z', '2026-10-25T08:15:00.000Z'],
  ])('what comes at %s is looked at by %s', (received, expected) => {
    expect(new Date(momentOf(pack, at(received), undefined).firstLookAt).toISOString()).toBe(expected)
  })

  it('end the day for what is urgent', () => {
    const moment = momentOf(pack, at('2026-07-24T09:00:00Z'), undefined)
    expect(new Date(sameDayAt(moment, 'health')).toISOString()).toBe('2026-07-24T19:00:00.000Z')
  })
})
