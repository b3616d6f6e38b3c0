/** Conditions of a pack: Kleene's three values, ranges, lists, thresholds. */
import { compileCondition, factsIn, type Condition, type Situation } from '../../src/triage/condition.ts'

const truth = (condition: Condition, situation: Situation) => compileCondition(condition, { adultAge: 18 })(situation)
const isTrue: Condition = { fact: 'yes', is: true }
const isFalse: Condition = { fact: 'no', is: true }
const isUnknown: Condition = { fact: 'unheard-of', is: true }
const situation: Situation = { yes: true, no: false, age: { low: 17, high: 18 }, needs: ['catheter'], none: [], score: 5 }

describe('conditions', () => {
  it.each([
    [{ all: [isTrue, isUnknown] }, undefined], [{ all: [isFalse, isUnknown] }, false], [{ all: [isTrue, isTrue] }, true],
    [{ any: [isTrue, isUnknown] }, true], [{ any: [isFalse, isUnknown] }, undefined], [{ any: [isFalse, isFalse] }, false],
    [{ not: isUnknown }, undefined], [{ not: isFalse }, true],
  ] as const)('joins known and unknown: %j is %s', (condition, expected) => {
    expect(truth(condition, situation)).toBe(expected)
  })

  it('does not know a limit that a range straddles, and says that it does', () => {
    expect(truth({ fact: 'age', below: '$adultAge' }, situation)).toBeUndefined()
    expect(truth({ fact: 'age', straddles: '$adultAge' }, situation)).toBe(true)
    expect(truth({ fact: 'age', straddles: 30 }, situation)).toBe(false)
    expect(truth({ fact: 'age', atLeast: 17 }, situation)).toBe(true)
    expect(truth({ fact: 'age', below: 17 }, situation)).toBe(false)
  })

  it('reads an absent list as holding nothing, and nothing as not being "only"', () => {
    expect(truth({ fact: 'needs', includes: ['catheter', 'diabetes'] }, situation)).toBe(true)
    expect(truth({ fact: 'absent', includes: ['catheter'] }, situation)).toBe(false)
    expect(truth({ fact: 'none', only: ['catheter'] }, situation)).toBe(false)
    expect(truth({ fact: 'needs', only: ['catheter'] }, situation)).toBe(true)
    expect(truth({ fact: 'none', stated: true }, situation)).toBe(false)
  })

  it('tells established from merely not denied', () => {
    expect(truth({ fact: 'unheard-of', established: true }, situation)).toBe(false)
    expect(truth({ not: { fact: 'unheard-of', established: true } }, situation)).toBe(true)
  })

  it('refuses a threshold that the pack does not have', () => {
    expect(() => truth({ fact: 'score', atLeast: '$nothing' }, situation)).toThrow('threshold')
  })

  it('names the facts it asks, each once', () => {
    expect(factsIn({ all: [isTrue, { not: isTrue }, { any: [isFalse] }] })).toEqual(['yes', 'no'])
  })
})
