/** How many definitions are in effect is bounded; retiring some makes room. */
import { MAX_DEFINITIONS } from '../../../src/rest/definitions/guard.ts'
import { startTestHub, type TestHub } from '../../hub.ts'
import { asking, canonical, valueSet } from './asking.ts'

const MOST_IN_ONE = 1_000

describe('definitions in effect', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('are so many and no more', async () => {
    const ask = await asking(hub)
    for (let from = 0; from < MAX_DEFINITIONS; from += MOST_IN_ONE) {
      const sets = Array.from({ length: MOST_IN_ONE }, (_, i) => valueSet(`set-${from + i}`, {}))
      expect(await ask.transaction(...sets)).toMatchObject({ status: 200 })
    }
    expect(await ask.put(valueSet('one-more', {}))).toMatchObject({ status: 422, errors: ['definition-limit at ValueSet.status'] })
    expect(await ask.put(valueSet('set-0', { description: 'changed' }))).toMatchObject({ status: 200 })
    expect(await ask.put(valueSet('set-1', { status: 'retired' }))).toMatchObject({ status: 200 })
    expect(await ask.put(valueSet('one-more', { url: canonical('one-more', 'ValueSet') }))).toMatchObject({ status: 201 })
  }, 120_000)
})
