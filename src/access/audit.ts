/**
 * The audit entry: an R4 AuditEvent of who did what to whose data, as text ready for the store with its index entries.
 *
 * One is written for every read of a patient's data and in every commit, so it is built from parts without a resource
 * object in between (3 µs), the caller's part once per token. Its index entries and sort values are those that
 * extraction would make of it (a test holds the two together).
 * R4: https://hl7.org/fhir/R4/auditevent.html
 */
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { instant } from '../fhir/clock.ts'
import { ODS_ORGANISATION_SYSTEM, refText, type ResourceRef } from '../fhir/resource.ts'
import type { IndexEntry, Extracted, SortEntry } from '../search/entries.ts'
import type { Caller } from './caller.ts'

export { isPatientData, patientsInText, patientsOf } from './patient.ts'

const RESTFUL = 'http://hl7.org/fhir/restful-interaction'
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM'
/** The systems that R4 binds `AuditEvent.action` and `outcome` to; a code's system is implicit. */
const ACTIONS = 'http://hl7.org/fhir/audit-event-action'
const OUTCOMES = 'http://hl7.org/fhir/audit-event-outcome'
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const ENTITY_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role'
/** audit-entity-type: a person. */
const PERSON = '1'
/** object-role: a patient; a query. */
const PATIENT_ROLE = '1'
const QUERY_ROLE = '24'

/** What happened, with its `action` (CRUDE) and `subtype`. A search is an execution (R4 AuditEvent.action). */
const interactions = {
  read: { action: 'R', system: RESTFUL, code: 'read' },
  vread: { action: 'R', system: RESTFUL, code: 'vread' },
  search: { action: 'E', system: RESTFUL, code: 'search' },
  history: { action: 'R', system: RESTFUL, code: 'history' },
  create: { action: 'C', system: RESTFUL, code: 'create' },
  update: { action: 'U', system: RESTFUL, code: 'update' },
  patch: { action: 'U', system: RESTFUL, code: 'patch' },
  delete: { action: 'D', system: RESTFUL, code: 'delete' },
  batch: { action: 'E', system: RESTFUL, code: 'batch' },
  transaction: { action: 'E', system: RESTFUL, code: 'transaction' },
  operation: { action: 'E', system: RESTFUL, code: 'operation' },
  /** A token was issued, or refused to a client that the hub knows. */
  login: { action: 'E', system: DICOM, code: '110122' },
} as const

export type AuditInteraction = keyof typeof interactions

/** R4 audit-event-outcome: `0` done, `4` refused by a rule (4xx), `8` failed here (5xx). */
export type AuditOutcome = '0' | '4' | '8'

export interface Touched {
  readonly ref: ResourceRef
  /** Version seen or written; absent where there was none (a refused create). */
  readonly version?: number
  /** `Patient/id` of each, from access/patient.ts. */
  readonly patients: readonly string[]
}

export interface AuditEntry {
  readonly interaction: AuditInteraction
  /** Milliseconds. */
  readonly at: number
  readonly caller: Caller
  readonly requestId: string
  readonly outcome?: AuditOutcome
  /** Searches: type and query as asked, `Patient?family=…`; kept as base64 (AuditEvent.entity.query). */
  readonly query?: string
  readonly touched: readonly Touched[]
}

export interface AuditText {
  readonly ref: ResourceRef
  /** Version 1; the store writes the instant of the commit between the two. */
  readonly json: { readonly before: string; readonly after: string }
  readonly index: Extracted
}

/**
 * A UUID of version 7 (RFC 9562): milliseconds, then chance. Entries are written with every request and nobody names
 * them, so the store appends them to its index of ids; random ones each took another page of it.
 */
const idAt = (at: number): string => {
  const time = at.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** The entry as a first version, ready for a `put` of the store. Pure but for the chance in its id. */
export const auditEvent = (entry: AuditEntry): AuditText => {
  const { interaction, at, caller, requestId, outcome = '0' } = entry
  const { action, system, code } = interactions[interaction]
  const type = system === DICOM ? AUTHENTICATION : REST
  const agents = agentsOf(caller)
  const entities = entitiesOf(entry)
  const id = idAt(at)
  return {
    ref: { type: 'AuditEvent', id },
    json: {
      before: `{"resourceType":"AuditEvent","id":"${id}","meta":{"versionId":"1","lastUpdated":"`,
      after: `"},"type":{"system":"${type.system}","code":"${type.code}"},"subtype":[{"system":"${system}","code":"${code}"}],`
        + `"action":"${action}","recorded":"${instant(at)}","outcome":"${outcome}","agent":${agents.text},`
        + `"source":{"observer":{"display":"Care Connexions"}}${entityList(entities.text, requestId)}}`,
    },
    index: {
      entries: [
        { kind: 'date', param: 'date', low: at, high: at + 1 },
        { kind: 'token', param: 'action', system: ACTIONS, code: action },
        { kind: 'token', param: 'outcome', system: OUTCOMES, code: outcome },
        { kind: 'token', param: 'type', system: type.system, code: type.code },
        { kind: 'token', param: 'subtype', system, code },
        ...SOURCE, ...agents.entries, ...entities.entries,
      ],
      sort: [
        single('action', action), single('altid', caller.client), { param: 'date', low: at, high: at + 1 }, ...entities.sort,
        single('outcome', outcome), single('subtype', code), single('type', type.code),
      ],
    },
  }
}

const REST = { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' } as const
const AUTHENTICATION = { system: DICOM, code: '110114' } as const

/** The hub itself, named and not referred to. */
const SOURCE: readonly IndexEntry[] = [{ kind: 'url', param: 'source', url: '' }]

const single = (param: string, value: string): SortEntry => ({ param, low: value, high: value })

interface Part { readonly text: string; readonly entries: readonly IndexEntry[] }

/** A verified token keeps its Caller, so the part is made once per token. */
const agentParts = new WeakMap<Caller, Part>()

const agentsOf = (caller: Caller): Part => {
  const known = agentParts.get(caller)
  if (known !== undefined) return known
  const part = buildAgents(caller)
  agentParts.set(caller, part)
  return part
}

/** The client under its organisation, and the person it acts for, who is then the requestor. */
const buildAgents = ({ client, organisation, practitioner }: Caller): Part => {
  const agents: object[] = [{
    ...(organisation === '' ? {} : { who: { identifier: { system: ODS_ORGANISATION_SYSTEM, value: organisation } } }),
    altId: client,
    requestor: practitioner === undefined,
  }]
  const entries: IndexEntry[] = [{ kind: 'token', param: 'altid', system: '', code: client }]
  if (organisation !== '') {
    entries.push({ kind: 'reference-identifier', param: 'agent', system: ODS_ORGANISATION_SYSTEM, code: organisation })
  }
  if (practitioner !== undefined) {
    agents.push({ who: { reference: practitioner.practitioner, display: practitioner.name }, requestor: true })
    const [type = '', id = ''] = practitioner.practitioner.split('/')
    entries.push({ kind: 'reference', param: 'agent', type, id, version: '' })
  }
  return { text: JSON.stringify(agents), entries }
}

const PATIENT = `"type":{"system":"${ENTITY_TYPE}","code":"${PERSON}"},"role":{"system":"${ENTITY_ROLE}","code":"${PATIENT_ROLE}"}}`

interface Entities {
  readonly text: readonly string[]
  readonly entries: readonly IndexEntry[]
  readonly sort: readonly SortEntry[]
}

/**
 * A search names the patients it showed, and a resource itself only where it is of no patient: twenty Tasks of one
 * person are one entity. Everything else names each resource with its version, and its patients.
 */
const entitiesOf = ({ interaction, query, touched }: AuditEntry): Entities => {
  const text: string[] = []
  const entries: IndexEntry[] = []
  let hasPatient = false
  const named = new Set<string>()
  if (query !== undefined) {
    text.push(`{"role":{"system":"${ENTITY_ROLE}","code":"${QUERY_ROLE}"},"query":"${Buffer.from(query).toString('base64')}"}`)
    entries.push({ kind: 'token', param: 'entity-role', system: ENTITY_ROLE, code: QUERY_ROLE })
  }
  const name = (type: string, id: string, version: string) => {
    const what = version === '' ? `${type}/${id}` : `${type}/${id}/_history/${version}`
    if (named.has(what)) return
    named.add(what)
    text.push(`{"what":{"reference":"${what}"}${type === 'Patient' ? `,${PATIENT}` : '}'}`)
    entries.push({ kind: 'reference', param: 'entity', type, id, version })
    if (type !== 'Patient') return
    entries.push({ kind: 'reference', param: 'patient', type, id, version })
    hasPatient = true
  }
  for (const { ref, version, patients } of touched) {
    const own = refText(ref)
    if (interaction !== 'search' || patients.length === 0) name(ref.type, ref.id, version === undefined ? '' : String(version))
    for (const patient of patients) {
      if (patient !== own || interaction === 'search') name('Patient', patient.slice('Patient/'.length), '')
    }
  }
  const roles = [...(hasPatient ? [PATIENT_ROLE] : []), ...(query === undefined ? [] : [QUERY_ROLE])]
  if (hasPatient) {
    entries.push({ kind: 'token', param: 'entity-role', system: ENTITY_ROLE, code: PATIENT_ROLE })
    entries.push({ kind: 'token', param: 'entity-type', system: ENTITY_TYPE, code: PERSON })
  }
  return {
    text, entries,
    sort: [
      ...(roles.length === 0 ? [] : [{ param: 'entity-role', low: roles[0]!, high: roles.at(-1)! }]),
      ...(hasPatient ? [single('entity-type', PERSON)] : []),
    ],
  }
}

/** The request's id stands as a detail of the first entity, for whoever follows one request through logs and partners. */
const entityList = (text: readonly string[], requestId: string): string => {
  const [first, ...rest] = text
  if (first === undefined) return ''
  const detail = `,"detail":[{"type":"X-Request-ID","valueString":${JSON.stringify(requestId)}}]}`
  return `,"entity":[${[first.slice(0, -1) + detail, ...rest].join(',')}]`
}
