import request from 'supertest'
import { auditEvent, type AuditEntry } from '../../src/access/audit.ts'
import { outcomes } from '../../src/fhir/outcomes.ts'
import { deniedEntry } from '../../src/http/denied.ts'
import { openApp, START, type TestApp } from './app.ts'

let test: TestApp
const entries: AuditEntry[] = []
beforeAll(() => {
  test = openApp({
    handler: async ({ path }) => { throw path[0] === 'Task' ? outcomes.notFound('Task/1') : outcomes.forbidden('not for you') },
    recordDenied: async (refused, caller) => { entries.push(deniedEntry(refused, caller, START)) },
  })
})
afterAll(() => test.hub.dispose())
beforeEach(() => { entries.length = 0 })

const send = async (method: 'get' | 'post' | 'put' | 'delete', path: string): Promise<number> =>
  (await request(test.app)[method](`/fhir/${path}`).set('authorization', await test.bearer('referrer')).set('x-request-id', 'r-1')).status

describe('what was refused to a caller', () => {
  it.each([
    ['get', 'Patient?family=Smith', 'search', undefined],
    ['post', 'Patient/_search', 'search', undefined],
    ['get', '?_type=Patient', 'search', undefined],
    ['post', '_search', 'search', undefined],
    ['get', 'Patient/p1/Observation?code=x', 'search', 'Patient/p1'],
    ['post', 'Patient/p1/_search', 'search', 'Patient/p1'],
    ['get', 'Patient/p1', 'read', 'Patient/p1'],
    ['get', 'Patient/_history', 'history', undefined],
    ['get', 'Patient/p1/_history/2', 'history', 'Patient/p1'],
    ['post', 'Patient', 'create', undefined],
    ['put', 'Organization/o1', 'update', 'Organization/o1'],
    ['delete', 'Provenance/x', 'delete', 'Provenance/x'],
    ['post', 'ServiceRequest/$submit', 'operation', undefined],
    ['post', 'Coverage/t1/$transition', 'operation', 'Coverage/t1'],
    ['post', '', 'transaction', undefined],
    ['post', '$reindex', 'operation', undefined],
    ['get', 'Pat%22ient/p1', 'read', undefined],
  ] as const)('%s %s is written down as a refused %s of %s', async (method, path, interaction, what) => {
    expect(await send(method, path)).toBe(403)
    const [entry] = entries
    if (entry === undefined) throw new Error('nothing was recorded')
    const { before, after } = auditEvent(entry).json
    const event = JSON.parse(`${before}2026-11-24T10:15:00Z${after}`) as fhir4.AuditEvent
    expect(event).toMatchObject({ subtype: [{ code: interaction }], outcome: '4', agent: [{ altId: 'referrer' }] })
    expect(event.entity?.find(entity => entity.what !== undefined)?.what?.reference).toBe(what)
    expect(Buffer.from(event.entity?.[0]?.query ?? '', 'base64').toString()).not.toContain('Smith')
  })

  it('is only what is forbidden, not what was not found', async () => {
    expect(await send('get', 'Task/1')).toBe(404)
    expect(entries).toEqual([])
  })
})
