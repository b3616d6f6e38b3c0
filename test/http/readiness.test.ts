import { pino } from 'pino'
import { createReadiness } from '../../src/http/readiness.ts'

const open = () => {
  const logged: { msg: string; reason?: string }[] = []
  const state: { why: string | undefined; asked: number; at: number } = { why: undefined, asked: 0, at: 0 }
  const readiness = createReadiness(
    async () => {
      state.asked += 1
      if (state.why !== undefined) throw new Error(state.why)
    },
    pino({ level: 'info' }, { write: line => { logged.push(JSON.parse(line) as { msg: string }) } }),
    () => state.at,
  )
  return { readiness, state, logged }
}

describe('readiness', () => {
  it('asks the store once a second, however many probes come', async () => {
    const { readiness, state } = open()
    expect(await Promise.all([readiness(), readiness(), readiness()])).toEqual([true, true, true])
    expect(state.asked).toBe(1)
    state.at = 999
    await readiness()
    expect(state.asked).toBe(1)
    state.at = 1_000
    await readiness()
    expect(state.asked).toBe(2)
  })

  it('follows the store, and logs each change once with its reason', async () => {
    const { readiness, state, logged } = open()
    const at = async (second: number, why?: string): Promise<boolean> => {
      Object.assign(state, { at: second * 1_000, why })
      return readiness()
    }
    expect([await at(1), await at(2, 'no primary'), await at(3, 'no primary'), await at(4), await at(5)]).toEqual([true, false, false, true, true])
    expect(logged).toMatchObject([{ msg: 'not ready: the store cannot be used', reason: 'no primary' }, { msg: 'ready again' }])
  })
})
