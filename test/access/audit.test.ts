import { auditEvent, type AuditEntry } from '../../src/access/audit.ts'
import { systemCaller } from '../../src/access/caller.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createExtractor } from '../../src/search/extract.ts'
import { callerOf } from './callers.ts'
import { drJones } from './hub.ts'

const AT = Date.parse('2026-11-24T10:15:00.123Z')
const gp = callerOf('referrer', { client: 'gp-1', practitioner: drJones })

const entry = (given: Partial<AuditEntry> = {}): AuditEntry => ({
  interaction: 'read', at: AT, caller: gp, requestId: 'req-1',
  touched: [{ ref: { type: 'Task', id: 't1' }, version: 3, patients: ['Patient/p1'] }], ...given,
})

const eventOf = (given?: Partial<AuditEntry>): fhir4.AuditEvent => {
  const { before, after } = auditEvent(entry(given)).json
  return JSON.parse(`${before}2026-11-24T10:15:00.200Z${after}`) as fhir4.AuditEvent
}
const named = (event: fhir4.AuditEvent): readonly (string | undefined)[] => (event.entity ?? []).map(({ what }) => what?.reference)

/** One of each shape the hub writes. */
const shapes: Record<string, Partial<AuditEntry>> = {
  read: {},
  search: { interaction: 'search', query: 'Task?patient=p1', touched: [{ ref: { type: 'Task', id: 't1' }, version: 1, patients: ['Patient/p1'] }] },
  'a search that finds nothing': { interaction: 'search', query: 'Patient?name=Ã˜', touched: [] },
  create: { interaction: 'create', touched: [{ ref: { type: 'Patient', id: 'p1' }, version: 1, patients: ['Patient/p1'] }] },
  transaction: {
    interaction: 'transaction',
    touched: [
      { ref: { type: 'Patient', id: 'p1' }, version: 1, patients: ['Patient/p1'] },
      { ref: { type: 'ServiceRequest', id: 's1' }, version: 1, patients: ['Patient/p1'] },
    ],
  },
  'a refused update': { interaction: 'update', outcome: '4' },
  login: { interaction: 'login', caller: callerOf('service'), touched: [] },
  'the hub itself': { caller: systemCaller, interaction: 'delete' },
}

describe('an audit entry', () => {
  it('tells who, for which organisation and person, did what, when, to which version, of whose data', () => {
    expect(eventOf()).toMatchObject({
      resourceType: 'AuditEvent', meta: { versionId: '1', lastUpdated: '2026-11-24T10:15:00.200Z' },
      type: { code: 'rest' }, subtype: [{ code: 'read' }], action: 'R', recorded: '2026-11-24T10:15:00.123Z', outcome: '0',
      agent: [
        { altId: 'gp-1', requestor: false, who: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81001' } } },
        { requestor: true, who: { reference: 'Practitioner/p1' } },
      ],
      entity: [
        { what: { reference: 'Task/t1/_history/3' }, detail: [{ type: 'X-Request-ID', valueString: 'req-1' }] },
        { what: { reference: 'Patient/p1' }, type: { code: '1' }, role: { code: '1' } },
      ],
    })
  })

  it('makes the client the requestor when nobody is named', () =>
    expect(eventOf({ caller: callerOf('service') }).agent).toEqual([expect.objectContaining({ altId: 'service-1', requestor: true })]))

  it('keeps the query of a search and names each patient shown once', () => {
    const touched = ['a', 'b', 'c'].map(id => ({ ref: { type: 'Task', id }, version: 1, patients: [id === 'c' ? 'Patient/p2' : 'Patient/p1'] }))
    const event = eventOf({ interaction: 'search', query: 'Task?owner=x', touched })
    expect(Buffer.from(event.entity?.[0]?.query ?? '', 'base64').toString()).toBe('Task?owner=x')
    expect(named(event).slice(1)).toEqual(['Patient/p1', 'Patient/p2'])
  })

  it('names a resource that a search showed and that is of no patient', () =>
    expect(named(eventOf({ interaction: 'search', query: 'Binary', touched: [{ ref: { type: 'Binary', id: 'b' }, version: 2, patients: [] }] })))
      .toEqual([undefined, 'Binary/b/_history/2']))

  it('names a Patient once when it is itself what was read', () => {
    const event = eventOf({ touched: [{ ref: { type: 'Patient', id: 'p1' }, version: 2, patients: ['Patient/p1'] }] })
    expect(named(event)).toEqual(['Patient/p1/_history/2'])
    expect(event.entity?.[0]).toMatchObject({ type: { code: '1' }, role: { code: '1' } })
  })

  it('has an id that sorts by its time (UUID of version 7, RFC 9562)', () => {
    const ids = [AT, AT + 1, AT + 60_000].map(at => auditEvent(entry({ at })).ref.id)
    expect(ids.toSorted()).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16)).toBe(AT)
    expect(auditEvent(entry()).ref.id).not.toBe(auditEvent(entry()).ref.id)
  })

  it('cannot be broken out of by what a client sends', () => {
    const event = eventOf({ requestId: 'a"},{"b', caller: { ...gp, client: 'x","requestor":true,"y":"' }, interaction: 'search', query: '"}]' })
    expect(event.agent[0]?.altId).toBe('x","requestor":true,"y":"')
    expect(event.entity?.[0]?.detail?.[0]?.valueString).toBe('a"},{"b')
  })
})

describe('held against the definitions of R4', () => {
  const definitions = loadDefinitions()
  const extract = createExtractor(definitions)

  it.each(Object.keys(shapes))('%s has the shape of an AuditEvent', shape =>
    expect(definitions.gate('AuditEvent')(eventOf(shapes[shape]))).toBe(true))

  it.each(Object.keys(shapes))('%s is indexed as extraction would', shape => {
    const own = auditEvent(entry(shapes[shape]))
    const full = extract(eventOf(shapes[shape]) as unknown as Resource)
    const inOrder = (entries: typeof full.entries): readonly string[] => entries.map(one => JSON.stringify(one, Object.keys(one).sort())).sort()
    expect(inOrder(own.index.entries)).toEqual(inOrder(full.entries))
    expect(own.index.sort).toEqual(full.sort)
  })
})
