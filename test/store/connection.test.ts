import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection, type Connection } from '../../src/store/sqlite/connection.ts'
import { TooCostly } from '../../src/store/store.ts'

describe('a statement that is stopped at its deadline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-connection-'))
  let connection: Connection
  beforeAll(() => { connection = openConnection(join(folder, 'test.db'), false) })
  afterAll(() => {
    connection.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Three rows, each of which asks for the time. */
  const ROWS = 'SELECT value FROM json_each(?) WHERE in_time()'

  it.each([
    ['each', () => [...connection.each(ROWS, ['[1,2,3]'])]],
    ['all', () => connection.all(ROWS, ['[1,2,3]'])],
    ['get', () => [connection.get(ROWS, ['[1,2,3]'])]],
  ])('%s: answers the next time it is asked', (_name, ask) => {
    expect(() => connection.within(-1, ask)).toThrow(TooCostly)
    expect(connection.within(1_000, ask).length).toBeGreaterThan(0)
    expect(() => connection.within(-1, ask)).toThrow(TooCostly)
    expect(connection.within(1_000, ask).length).toBeGreaterThan(0)
  })

  it('each: answers when it was stopped after its first row', () => {
    const stopped = (): void => {
      for (const row of connection.each(ROWS, ['[1,2,3]'])) {
        if (row['value'] === 1) connection.within(-1, () => [...connection.each(ROWS, ['[4]'])])
      }
    }
    expect(stopped).toThrow(TooCostly)
    expect([...connection.each(ROWS, ['[1,2]'])].map(row => row['value'])).toEqual([1, 2])
  })
})
