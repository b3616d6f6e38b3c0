import { loadDefinitions } from '../../../src/definitions/load.ts'
import { shapeOf, showing, shownEntries } from '../../../src/rest/shape/shape.ts'
import type { StoredVersion } from '../../../src/store/store.ts'

describe('subsets of a large page', () => {
  const versions = Array.from({ length: 400 }, (_, index): StoredVersion => ({
    ref: { type: 'Patient', id: String(index) }, version: 1, lastUpdated: '2026-11-24T10:15:00.000Z', deleted: false, method: 'PUT',
    json: JSON.stringify({ resourceType: 'Patient', id: String(index), gender: 'female', maritalStatus: { text: 'x'.repeat(2_000) } }),
    caseId: undefined, sequence: index,
  }))
  const json = ({ json: text }: StoredVersion): string => text

  it('are all made, in their order, and others have their turn meanwhile', async () => {
    let turns = 0
    const turn = setInterval(() => { turns += 1 }, 0)
    const entries = await shownEntries(versions, showing(loadDefinitions(), shapeOf({ summary: 'true' })), json)
    clearInterval(turn)
    expect(entries.map(entry => (JSON.parse(entry) as { id: string }).id)).toEqual(versions.map(({ ref }) => ref.id))
    expect(entries.every(entry => entry.includes('"gender"') && !entry.includes('maritalStatus'))).toBe(true)
    expect(turns).toBeGreaterThan(0)
  })

  it('whole resources go out as they are stored', async () => {
    expect(await shownEntries(versions, showing(loadDefinitions(), shapeOf({})), json)).toEqual(versions.map(json))
  })
})
