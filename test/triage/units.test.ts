/** Units of vital signs: what converts, and what must stay unknown. */
import { convert } from '../../src/triage/units.ts'

describe('units', () => {
  it.each([
    [{ value: 98.6, code: '[degF]' }, 'temperature', 37],
    [{ value: 310.15, code: 'K' }, 'temperature', 37],
    [{ value: 36.8, code: 'Cel' }, 'temperature', 36.8],
    [{ value: 16, code: 'kPa' }, 'pressure', 120],
    [{ value: 12, code: 'cm[Hg]' }, 'pressure', 120],
    [{ value: 120, code: 'mm[Hg]' }, 'pressure', 120],
    [{ value: 0.95, code: '1' }, 'percent', 95],
    [{ value: 21, code: '{Breaths}/min' }, 'rate', 21],
    [{ value: 72, code: '{beats}/min' }, 'rate', 72],
    [{ value: 1.5, code: '/s' }, 'rate', 90],
    [{ value: 18, unit: 'breaths/minute' }, 'rate', 18],
    [{ value: 2000, code: 'mL/min' }, 'flow', 2],
    [{ value: 92, comparator: '<', code: '%' }, 'percent', 91],
    [{ value: 24, comparator: '>', code: '/min' }, 'rate', 25],
    [{ value: 38, comparator: '>', code: 'Cel' }, 'temperature', 38.1],
    [{ value: 90, comparator: '<=', code: 'mm[Hg]' }, 'pressure', 90],
  ] as const)('reads %j as %s %d', (quantity, dimension, expected) => {
    expect(convert(quantity, dimension)).toBe(expected)
  })

  it.each([
    [{ value: 37 }, 'temperature'],
    [{ value: 120, code: 'kg' }, 'pressure'],
    [{ value: 37, code: '%' }, 'temperature'],
    [{ code: 'Cel' }, 'temperature'],
    [{ value: Number.NaN, code: 'Cel' }, 'temperature'],
    [{ value: 20, unit: 'per something' }, 'rate'],
  ] as const)('does not know %j as %s', (quantity, dimension) => {
    expect(convert(quantity, dimension)).toBeUndefined()
  })
})
