import type { IndexEntry } from '../../src/search/entries.ts'
import { compareNumbers, compareSpans } from '../../src/search/compare.ts'
import { matchesCondition, needsResolver } from '../../src/search/match.ts'
import type { Condition, Prefix } from '../../src/search/plan.ts'
import { metresOfSquare, pointOf, squareBetween, type Place } from '../../src/search/positions.ts'
import { extracted, finds, where } from './ask.ts'

const metresBetween = (one: Place, other: Place): number => metresOfSquare(squareBetween(pointOf(one), pointOf(other)))

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

describe('prefixes on spans: search [10, 20)', () => {
  it.each([
    ['inside', 12, 15, 'eq ge le ap'], ['the same', 10, 20, 'eq ge le ap'], ['around', 5, 25, 'ne gt lt ge le ap'],
    ['overlapping the start', 5, 15, 'ne lt le ap'], ['overlapping the end', 15, 25, 'ne gt ge ap'],
    ['before', 1, 5, 'ne lt le eb'], ['ending where it starts', 5, 10, 'ne lt le eb'], ['starting where it ends', 20, 25, 'ne gt ge sa'], ['after', 30, 31, 'ne gt ge sa'],
  ])('an entry %s [%d, %d) meets %s', (_where, low, high, expected) => {
    expect(PREFIXES.filter(prefix => compareSpans(prefix, { low: 10, high: 20 }, { low, high })).join(' ')).toBe(expected)
  })
})

describe('prefixes on numbers: search 10, which stands for [9.5, 10.5)', () => {
  it.each([
    [10, 10, 'eq ge le ap'], [9.5, 9.5, 'eq lt le eb ap'], [10.4, 10.4, 'eq gt ge sa ap'], [10.5, 10.5, 'ne gt ge sa ap'], [9.4, 9.4, 'ne lt le eb'],
    [5, 15, 'ne gt lt ge le ap'], [5, 10, 'ne lt ge le ap'], [10, 15, 'ne gt ge le ap'],
  ])('an entry from %d to %d meets %s', (low, high, expected) => {
    expect(PREFIXES.filter(prefix => compareNumbers(prefix, { low: 9.5, high: 10.5, value: 10 }, { low, high })).join(' ')).toBe(expected)
  })
})

describe('a condition in memory', () => {
  const task = { resourceType: 'Task', id: 't1', status: 'requested', for: { reference: 'Patient/p1' } }
  it('joins, chooses and negates', () => {
    expect(finds(task, 'status=requested&patient=Patient/p1')).toBe(true)
    expect(finds(task, 'status=requested&patient=Patient/p2')).toBe(false)
    expect(finds(task, '_id=t1,t2')).toBe(true)
    expect(finds(task, '_id:not=t1')).toBe(false)
    expect(finds(task, '')).toBe(true)
  })
  it('of no alternatives holds for nothing, of no parts for everything', () => {
    const judged = (condition: Condition): boolean => matchesCondition(condition, { type: 'Task', id: '1', lastUpdated: 0 }, { entries: [], sort: [] })
    expect([judged({ kind: 'any-of', of: [] }), judged({ kind: 'all-of', of: [] })]).toEqual([false, true])
  })
  it('asks its caller about other resources', () => {
    const chained = where('Task?patient.gender=female')
    const asked: string[] = []
    const held = matchesCondition(chained, { type: 'Task', id: 't1', lastUpdated: 0 }, extracted(task), (condition, subject, { entries }) => {
      asked.push(`${condition.kind} ${condition.param} of ${subject.id}`)
      return entries.some((entry: IndexEntry) => entry.param === condition.param)
    })
    expect([held, asked]).toEqual([true, ['chain patient of t1']])
  })
  it('says beforehand whether it will ask', () => {
    expect(['Task?status:not=draft&_id=1&owner:missing=true&_lastUpdated=ge2026', 'Task?patient.gender=female', 'Patient?active=true&_has:Task:patient:status=draft,ready']
      .map(search => needsResolver(where(search)))).toEqual([false, true, true])
  })
  it('refuses to guess where nobody can look', () => {
    expect(() => matchesCondition(where('Task?patient.gender=female'), { type: 'Task', id: 't1', lastUpdated: 0 }, extracted(task))).toThrow(RangeError)
  })
})

it('distance is along the great circle: Preston to Lancaster is some 32 km', () => {
  expect(metresBetween({ latitude: 53.7632, longitude: -2.7031 }, { latitude: 54.0466, longitude: -2.8007 })).toBeGreaterThan(31_000)
  expect(metresBetween({ latitude: 53.7632, longitude: -2.7031 }, { latitude: 54.0466, longitude: -2.8007 })).toBeLessThan(33_000)
})
