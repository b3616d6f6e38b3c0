import { createReplayMemory } from '../../src/access/replay.ts'

describe('assertions heard once', () => {
  it('knows an id again until it expires, per client', () => {
    const memory = createReplayMemory()
    expect(memory.firstTime('gp', 'a', 1_300, 1_000)).toBe('first')
    expect(memory.firstTime('gp', 'a', 1_300, 1_299)).toBe('again')
    expect(memory.firstTime('crew', 'a', 1_300, 1_299)).toBe('first')
    expect(memory.firstTime('gp', 'a', 1_700, 1_400)).toBe('first')
  })

  it('refuses new ones when full rather than forget one that could be replayed', () => {
    const memory = createReplayMemory(2)
    memory.firstTime('gp', 'a', 1_300, 1_000)
    memory.firstTime('gp', 'b', 1_300, 1_000)
    expect(memory.firstTime('gp', 'c', 1_300, 1_001)).toBe('full')
    expect(memory.firstTime('gp', 'a', 1_300, 1_001)).toBe('again')
    expect(memory.firstTime('gp', 'c', 1_700, 1_400)).toBe('first')
  })

  it('keeps apart what a separator could join', () => {
    const memory = createReplayMemory()
    memory.firstTime('a', 'b c', 1_300, 1_000)
    expect(memory.firstTime('a b', 'c', 1_300, 1_000)).toBe('first')
  })
})
