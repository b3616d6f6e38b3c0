/** The order of services, for triage and $find: what decides before what, and that it always decides. */
import fc from 'fast-check'
import { byRank, canMeet, type Ranked } from '../../src/directory/ranking.ts'

const of = (more: Partial<Ranked>): Ranked => ({ isLate: false, rank: 0, capacity: 'unknown', metres: undefined, code: 'A', ...more })
const first = (...services: readonly Ranked[]): Ranked => [...services].sort(byRank)[0]!

describe('comes first', () => {
  it.each<[string, Partial<Ranked>, Partial<Ranked>]>([
    ['what is in time, before what the pack lists first', { rank: 1 }, { isLate: true, rank: 0 }],
    ['what the pack lists first, before confirmed room', { rank: 0, capacity: 'unknown' }, { rank: 1, capacity: 'reported' }],
    ['confirmed room, before a count that is unconfirmed', { capacity: 'reported', code: 'B' }, { capacity: 'unconfirmed', code: 'A' }],
    ['confirmed room, before what is nearer', { capacity: 'reported', metres: 9_000 }, { capacity: 'unknown', metres: 10 }],
    ['the nearer', { metres: 10, code: 'B' }, { metres: 11, code: 'A' }],
    ['what is somewhere, before what is nowhere', { metres: 10_000, code: 'B' }, { code: 'A' }],
    ['and at last the code', { code: 'A' }, { code: 'B' }],
  ])('%s', (_what, one, other) => {
    expect(first(of(one), of(other))).toEqual(of(one))
    expect(first(of(other), of(one))).toEqual(of(one))
  })

  it('an unconfirmed count is worth what none is: neither is a reason', () => {
    expect(byRank(of({ capacity: 'unconfirmed' }), of({ capacity: 'unknown' }))).toBe(0)
  })
})

const ranked: fc.Arbitrary<Ranked> = fc.record({
  isLate: fc.boolean(), rank: fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), capacity: fc.constantFrom('reported', 'unconfirmed', 'unknown'),
  metres: fc.option(fc.nat(3), { nil: undefined }), code: fc.constantFrom('A', 'B', 'C'),
})

it('is an order, whatever is compared', () => {
  fc.assert(fc.property(ranked, ranked, ranked, (a, b, c) => {
    expect(Math.sign(byRank(a, b))).toBe(0 - Math.sign(byRank(b, a)))
    if (byRank(a, b) <= 0 && byRank(b, c) <= 0) expect(byRank(a, c)).toBeLessThanOrEqual(0)
  }), { seed: 8, numRuns: 2_000 })
})

it('shuffled, the same services come in the same order', () => {
  fc.assert(fc.property(fc.uniqueArray(ranked, { selector: ({ code }) => code }), fc.nat(), (services, turn) => {
    const turned = [...services.slice(turn % (services.length + 1)), ...services.slice(0, turn % (services.length + 1))]
    expect(turned.sort(byRank)).toEqual([...services].sort(byRank))
  }), { seed: 8 })
})

describe('can meet a deadline', () => {
  const hours = { availableTime: [{ availableStartTime: '08:00:00' }] }
  const service = (opening: object | undefined, opensAt: number | undefined) => ({ hours, openingAt: () => opening, nextOpening: () => opensAt })
  it.each<[string, Parameters<typeof canMeet>[0], boolean]>([
    ['what is open', service({}, 0), true], ['what opens before it', service(undefined, 99), true], ['what opens at it', service(undefined, 100), false],
    ['what never opens', service(undefined, undefined), false], ['what states no hours', { ...service(undefined, undefined), hours: {} }, true], ['what is not in the directory', undefined, true],
  ])('%s: %#', (_what, one, expected) => expect(canMeet(one, 0, 100)).toBe(expected))
})
