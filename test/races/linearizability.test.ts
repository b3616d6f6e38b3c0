/** The checker itself: histories whose verdict is known, and random ones against trying every order. */
import fc from 'fast-check'
import { isLinearizable, type Done, type Model } from './linearizability.ts'

type Call = { readonly write: number } | { readonly read: true }

const register: Model<number, Call, number> = {
  start: 0,
  step: (state, call, answer) => {
    if ('write' in call) return call.write
    return answer === undefined || answer === state ? state : undefined
  },
  text: String,
}

const write = (value: number, from: number, until: number): Done<Call, number> => ({ call: { write: value }, answer: value, from, until })
const read = (value: number, from: number, until: number): Done<Call, number> => ({ call: { read: true }, answer: value, from, until })

describe('the checker of linearizability', () => {
  it.each<[string, readonly Done<Call, number>[], boolean]>([
    ['nothing', [], true],
    ['a read of what was written', [write(1, 0, 1), read(1, 2, 3)], true],
    ['a read of what was overwritten', [write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)], false],
    ['a read beside a write, of the old or the new', [write(1, 0, 1), write(2, 2, 6), read(2, 3, 4), read(2, 4.5, 5)], true],
    ['a new value that is old again', [write(1, 0, 1), write(2, 2, 9), read(2, 3, 4), read(1, 5, 6)], false],
    ['a write without an answer that happened', [{ ...write(1, 0, Infinity), answer: undefined }, read(0, 1, 2), read(1, 3, 4)], true],
    ['a write without an answer that never happened', [{ ...write(1, 0, Infinity), answer: undefined }, read(0, 5, 6)], true],
  ])('judges %s', (_what, history, expected) => {
    expect(isLinearizable(history, register)).toBe(expected)
  })

  it('agrees with trying every order', () => {
    const operation = fc.record({ isWrite: fc.boolean(), value: fc.integer({ min: 0, max: 2 }), from: fc.nat(12), length: fc.nat(6) })
      .map(({ isWrite, value, from, length }) => (isWrite ? write(value, from, from + length + 0.5) : read(value, from, from + length + 0.5)))
    let verdicts = 0
    fc.assert(fc.property(fc.array(operation, { maxLength: 6 }), history => {
      const found = isLinearizable(history, register)
      expect(found).toBe(someOrder(history, register.start))
      verdicts += Number(found)
    }), { numRuns: 1_500, seed: 6 })
    expect(verdicts).toBeGreaterThan(100)
    expect(verdicts).toBeLessThan(1_400)
  })
})

const someOrder = (left: readonly Done<Call, number>[], state: number): boolean =>
  left.length === 0 || left.some((one, index) => {
    const others = left.filter((_, at) => at !== index)
    if (others.some(other => other.until < one.from)) return false
    const next = register.step(state, one.call, one.answer)
    return next !== undefined && someOrder(others, next)
  })
