/** NEWS2 against the rows of the domain notes (2.3) and the edges of every band. */
import { hasSingleThree, isComplete, scores, total, type Vitals } from '../../src/triage/news2.ts'

const vitals = (row: string, scale: 1 | 2 = 1): Vitals => {
  const [respiration, saturation, oxygen, systolic, pulse, consciousness, temperature] = row.split(',')
  return {
    respiration: Number(respiration), saturation: Number(saturation), oxygen: oxygen === 'O2', systolic: Number(systolic), pulse: Number(pulse),
    consciousness: consciousness as 'A', temperature: Number(temperature), scale,
  }
}

describe('NEWS2', () => {
  it.each([
    ['16,98,air,130,75,A,36.8', 1, 0, false],
    ['21,93,air,120,95,A,37.5', 1, 5, false],
    ['24,94,air,108,104,A,38.4', 1, 6, false],
    ['26,91,O2,95,118,C,39.2', 1, 17, true],
    ['18,90,O2,125,88,A,37.0', 1, 5, true],
    ['18,90,O2,125,88,A,37.0', 2, 2, false],
    ['18,97,air,118,92,C,36.9', 1, 4, true],
    ['8,96,air,110,50,A,35.0', 1, 8, true],
  ] as const)('%s on scale %i is %i', (row, scale, expected, anyThree) => {
    const known = scores(vitals(row, scale))
    expect([total(known), hasSingleThree(known), isComplete(known)]).toEqual([expected, anyThree, true])
  })

  it.each([
    ['respiration', [[8, 3], [9, 1], [11, 1], [12, 0], [20, 0], [21, 2], [24, 2], [25, 3]]],
    ['systolic', [[90, 3], [91, 2], [100, 2], [101, 1], [110, 1], [111, 0], [219, 0], [220, 3]]],
    ['pulse', [[40, 3], [41, 1], [50, 1], [51, 0], [90, 0], [91, 1], [110, 1], [111, 2], [130, 2], [131, 3]]],
    ['temperature', [[35, 3], [35.1, 1], [36, 1], [36.1, 0], [38, 0], [38.1, 1], [39, 1], [39.1, 2]]],
    ['saturation', [[91, 3], [92, 2], [93, 2], [94, 1], [95, 1], [96, 0]]],
  ] as const)('scores %s at the edges of its bands', (parameter, edges) => {
    for (const [value, score] of edges) expect([value, scores({ [parameter]: value, scale: 1 })[parameter]]).toEqual([value, score])
  })

  it.each([
    [false, [[83, 3], [84, 2], [85, 2], [86, 1], [87, 1], [88, 0], [92, 0], [93, 0], [99, 0]]],
    [true, [[83, 3], [85, 2], [87, 1], [88, 0], [92, 0], [93, 1], [94, 1], [95, 2], [96, 2], [97, 3]]],
  ] as const)('scores saturation on scale 2 with oxygen: %s', (oxygen, edges) => {
    for (const [saturation, score] of edges) expect([saturation, scores({ saturation, oxygen, scale: 2 }).saturation]).toEqual([saturation, score])
  })

  it('does not know a high saturation on scale 2 while it is not known whether there is oxygen', () => {
    expect(scores({ saturation: 97, scale: 2 })).toEqual({})
    expect(scores({ saturation: 85, scale: 2 })).toEqual({ saturation: 2 })
  })

  it('leaves what is missing out of the scores instead of scoring it 0', () => {
    expect(scores({ respiration: 22, scale: 1 })).toEqual({ respiration: 2 })
    expect(isComplete(scores({ respiration: 22, scale: 1 }))).toBe(false)
  })

  it('takes the worse of two bands for a converted reading between them', () => {
    expect(scores({ respiration: 20.4, scale: 1 }).respiration).toBe(2)
    expect(scores({ saturation: 95.5, scale: 1 }).saturation).toBe(1)
  })
})
