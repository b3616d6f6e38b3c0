/** Every way to ask after one resource: by its id, by what stands in it, through what refers to it, and by writing to it. */
import type { Question } from './ask.ts'
import type { World } from './world.ts'

/** What is asked after: one that is there and hidden, or one that never was. */
export interface Target {
  readonly type: string
  readonly id: string
  /** The word that stands in it alone. */
  readonly word: string
}

export interface PathContext {
  readonly base: string
  readonly directory: World['directory']
  /** A Patient of the caller's own, for what it writes; undefined for who writes nothing. */
  readonly ownPatient: string | undefined
}

type Path = (target: Target, context: PathContext) => Question

const JSON_PATCH = 'application/json-patch+json'
const q = encodeURIComponent
const refOf = ({ type, id }: Target): string => `${type}/${id}`
const person = (target: Target): string => (target.type === 'Patient' ? target.id : `not-${target.id}`)

const reads: Readonly<Record<string, Path>> = {
  'read': target => ({ path: refOf(target) }),
  'HEAD': target => ({ method: 'HEAD', path: refOf(target) }),
  'read _summary': target => ({ path: `${refOf(target)}?_summary=true` }),
  'read _elements': target => ({ path: `${refOf(target)}?_elements=id` }),
  'read If-None-Match': target => ({ path: refOf(target), headers: { 'if-none-match': 'W/"1"' } }),
  'read If-None-Match *': target => ({ path: refOf(target), headers: { 'if-none-match': '*' } }),
  'read If-Modified-Since': target => ({ path: refOf(target), headers: { 'if-modified-since': 'Sat, 01 Jan 2028 00:00:00 GMT' } }),
  'vread 1': target => ({ path: `${refOf(target)}/_history/1` }),
  'vread 2': target => ({ path: `${refOf(target)}/_history/2` }),
  'vread HEAD': target => ({ method: 'HEAD', path: `${refOf(target)}/_history/1` }),
  'vread If-None-Match': target => ({ path: `${refOf(target)}/_history/1`, headers: { 'if-none-match': 'W/"1"' } }),
  'history': target => ({ path: `${refOf(target)}/_history` }),
  'history _since': target => ({ path: `${refOf(target)}/_history?_since=2020-01-01T00:00:00Z` }),
  'history _at': target => ({ path: `${refOf(target)}/_history?_at=2026-11-24` }),
  'history _count=0': target => ({ path: `${refOf(target)}/_history?_count=0` }),
}

const searches: Readonly<Record<string, Path>> = {
  '_id': target => ({ path: `${target.type}?_id=${target.id}` }),
  '_id _total': target => ({ path: `${target.type}?_id=${target.id}&_total=accurate` }),
  '_id estimate': target => ({ path: `${target.type}?_id=${target.id}&_total=estimate` }),
  '_id _summary=count': target => ({ path: `${target.type}?_id=${target.id}&_summary=count` }),
  '_id _count=0': target => ({ path: `${target.type}?_id=${target.id}&_count=0` }),
  '_id _sort': target => ({ path: `${target.type}?_id=${target.id}&_sort=-_lastUpdated` }),
  'POST _search': target => ({
    method: 'POST', path: `${target.type}/_search`, as: 'application/x-www-form-urlencoded', body: `_id=${target.id}`,
  }),
  'POST _search by identifier': target => ({
    method: 'POST', path: `${target.type}/_search`, as: 'application/x-www-form-urlencoded', body: `identifier=${target.word}`,
  }),
  'system _id': target => ({ path: `?_type=${target.type}&_id=${target.id}&_total=accurate` }),
  'system POST _search': target => ({
    method: 'POST', path: '_search', as: 'application/x-www-form-urlencoded', body: `_type=${target.type}&_id=${target.id}`,
  }),
  'identifier': target => ({ path: `${target.type}?identifier=${target.word}&_total=accurate` }),
  '_filter': target => ({ path: `${target.type}?_filter=${q(`_id eq ${target.id}`)}` }),
  '_filter identifier': target => ({ path: `${target.type}?_filter=${q(`identifier eq ${target.word}`)}` }),
  '_text': target => ({ path: `${target.type}?_text=${target.word}&_total=accurate` }),
  '_content': target => ({ path: `${target.type}?_content=${target.word}&_total=accurate` }),
  'family': target => ({ path: `Patient?family=${target.word}&_total=accurate` }),
  'family:contains': target => ({ path: `Patient?family:contains=${target.word.slice(1, -1)}&_summary=count` }),
  'family:exact': target => ({ path: `Patient?family:exact=${target.word}&_total=estimate` }),
  'lenient': target => ({ path: `Patient?family=${target.word}&nothing=1`, headers: { prefer: 'handling=lenient' } }),
}

const across: Readonly<Record<string, Path>> = {
  'reference': target => ({ path: `Observation?subject=${q(refOf(target))}&_total=accurate` }),
  'reference by url': (target, { base }) => ({ path: `Observation?subject=${q(`${base}/${refOf(target)}`)}&_total=accurate` }),
  'reference :not': (target, { ownPatient = 'none' }) => ({
    path: `Observation?subject:not=${q(refOf(target))}&patient=${ownPatient}&_total=accurate`,
  }),
  'patient': target => ({ path: `Encounter?patient=${target.id}&_summary=count` }),
  'focus': target => ({ path: `Task?focus=${q(refOf(target))}&_total=accurate` }),
  'based-on': target => ({ path: `Task?based-on=${q(`ServiceRequest/${target.id}`)}&_total=accurate` }),
  'target of Provenance': target => ({ path: `Provenance?target=${q(refOf(target))}&_total=accurate` }),
  'chain _id': target => ({ path: `Observation?subject:Patient._id=${target.id}&_total=accurate` }),
  'chain family': target => ({ path: `Observation?subject:Patient.family=${target.word}&_total=accurate` }),
  'chain identifier': target => ({ path: `Encounter?patient.identifier=${target.word}&_total=estimate` }),
  'two chains': target => ({ path: `Observation?encounter.patient.family=${target.word}&_total=accurate` }),
  'chain to a request': target => ({ path: `Task?focus:ServiceRequest.subject:Patient.family=${target.word}&_total=accurate` }),
  'chain from a visible request': target => ({ path: `ServiceRequest?subject:Patient.family=${target.word}&_total=accurate` }),
  '_has': (target, { directory }) => ({ path: `Organization?_id=${directory.organisation}&_has:Patient:general-practitioner:family=${target.word}` }),
  '_has _id': target => ({ path: `Organization?_has:Patient:general-practitioner:_id=${target.id}&_total=accurate` }),
  '_has identifier': target => ({ path: `Organization?_has:Organization:partof:identifier=${target.word}&_total=accurate` }),
  '_has nested': target => ({ path: `Organization?_has:Patient:general-practitioner:_has:Observation:subject:identifier=${target.word}` }),
  '_has Location': target => ({ path: `Location?_has:Encounter:location:identifier=${target.word}&_total=accurate` }),
  '_has AuditEvent': target => ({ path: `Patient?_has:AuditEvent:patient:entity=${q(refOf(target))}` }),
  '_list': target => ({ path: `Patient?_list=${target.id}&_total=accurate` }),
  'partof': target => ({ path: `Location?partof=${target.id}&_summary=count` }),
  'audit entity': target => ({ path: `AuditEvent?entity=${q(refOf(target))}&_total=accurate` }),
  'audit patient': target => ({ path: `AuditEvent?patient=${target.id}&_total=accurate` }),
  'compartment': target => ({ path: `Patient/${person(target)}/Observation?_total=accurate` }),
  'compartment of all types': target => ({ path: `Patient/${person(target)}/*?_total=accurate` }),
  'compartment of an encounter': target => ({ path: `Encounter/${target.id}/Observation` }),
  'compartment of a practitioner': target => ({ path: `Practitioner/${target.id}/Task` }),
}

/** With ids that are only mentioned in what the caller sees, these may answer by that mention; they are asked about the unheard-of. */
const hierarchies: Readonly<Record<string, Path>> = {
  'partof:below': target => ({ path: `Location?partof:below=${q(`Location/${target.id}`)}&_total=accurate` }),
  'partof:above': target => ({ path: `Location?partof:above=${q(`Location/${target.id}`)}&_total=accurate` }),
  'Organization partof:below': target => ({ path: `Organization?partof:below=${q(`Organization/${target.id}`)}&_total=accurate` }),
}

const parameters = (...parameter: object[]): object => ({ resourceType: 'Parameters', parameter })
const meta = parameters({ name: 'meta', valueMeta: { tag: [{ system: 'https://x.example/tags', code: 'probe' }] } })

const operations: Readonly<Record<string, Path>> = {
  '$everything': target => ({ path: `Patient/${person(target)}/$everything` }),
  '$everything by type': target => ({ path: `${refOf(target)}/$everything` }),
  '$meta': target => ({ path: `${refOf(target)}/$meta` }),
  '$meta of a version': target => ({ path: `${refOf(target)}/_history/1/$meta` }),
  '$meta-add': target => ({ method: 'POST', path: `${refOf(target)}/$meta-add`, body: meta }),
  '$meta-delete': target => ({ method: 'POST', path: `${refOf(target)}/$meta-delete`, body: meta }),
  '$validate': target => ({
    method: 'POST', path: `${refOf(target)}/$validate`, body: parameters({ name: 'mode', valueCode: 'delete' }),
  }),
  '$available-actions': target => ({ path: `Task/${target.id}/$available-actions` }),
  '$transition': target => ({ method: 'POST', path: `Task/${target.id}/$transition`, body: parameters({ name: 'action', valueCode: 'accept' }) }),
  '$triage': target => ({ method: 'POST', path: `ServiceRequest/${target.id}/$triage`, body: parameters() }),
  '$reindex': target => ({ method: 'POST', path: `${refOf(target)}/$reindex`, body: parameters() }),
}

const patchOf = (operations: readonly object[]) => ({ method: 'PATCH', as: JSON_PATCH, body: operations } as const)
const TEST = [{ op: 'test', path: '/active', value: true }]
const FHIRPATH_PATCH = parameters({ name: 'operation', part: [
  { name: 'type', valueCode: 'delete' }, { name: 'path', valueString: 'Patient.birthDate' },
] })
const observing = (reference: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference } })
const post = (body: { readonly resourceType: string; readonly [element: string]: unknown }, headers: Record<string, string> = {}): Question =>
  ({ method: 'POST', path: body.resourceType, body, headers })

const writes: Readonly<Record<string, Path>> = {
  'delete': target => ({ method: 'DELETE', path: refOf(target) }),
  'delete If-Match': target => ({ method: 'DELETE', path: refOf(target), headers: { 'if-match': 'W/"9"' } }),
  'JSON Patch test': target => ({ ...patchOf(TEST), path: refOf(target) }),
  'JSON Patch If-Match': target => ({ ...patchOf(TEST), path: refOf(target), headers: { 'if-match': 'W/"9"' } }),
  'FHIRPath Patch': target => ({ method: 'PATCH', path: refOf(target), body: FHIRPATH_PATCH }),
  'conditional patch': target => ({ ...patchOf(TEST), path: `${target.type}?_id=${target.id}` }),
  'conditional patch by identifier': target => ({ ...patchOf(TEST), path: `${target.type}?identifier=${target.word}` }),
  'conditional delete': target => ({ method: 'DELETE', path: `${target.type}?_id=${target.id}` }),
  'conditional delete by identifier': target => ({ method: 'DELETE', path: `${target.type}?identifier=${target.word}` }),
  'conditional update': target => ({ method: 'PUT', path: `Patient?identifier=${target.word}`, body: { resourceType: 'Patient' } }),
  'conditional update by _id': target => ({ method: 'PUT', path: `Patient?_id=${target.id}`, body: { resourceType: 'Patient' } }),
  'conditional update by chain': target => ({ method: 'PUT', path: `Observation?subject:Patient.family=${target.word}`, body: observing('') }),
  'conditional create': target => post({ resourceType: 'Patient' }, { 'if-none-exist': `identifier=${target.word}` }),
  'conditional create by _id': target => post({ resourceType: 'Patient' }, { 'if-none-exist': `_id=${target.id}` }),
  'reference in a resource': target => post(observing(`Patient/${target.id}`)),
  'reference by url in a resource': (target, { base }) => post(observing(`${base}/Patient/${target.id}`)),
  'versioned reference in a resource': target => post(observing(`Patient/${target.id}/_history/1`)),
  'reference of any type': target => post({ resourceType: 'Provenance', recorded: '2026-11-24T10:00:00Z', target: [{ reference: refOf(target) }],
    agent: [{ who: { display: 'x' } }] }),
  '$validate a reference': target => ({ method: 'POST', path: 'Observation/$validate', body: observing(`Patient/${target.id}`) }),
}

const bundle = (type: string, ...entry: object[]): Question => ({ method: 'POST', path: '', body: { resourceType: 'Bundle', type, entry } })
const asked = (method: string, url: string, more: object = {}): object => ({ request: { method, url, ...more } })

const bundles: Readonly<Record<string, Path>> = Object.fromEntries(['batch', 'transaction'].flatMap((type): [string, Path][] => [
  [`${type} read`, target => bundle(type, asked('GET', refOf(target)))],
  [`${type} conditional read`, target => bundle(type, asked('GET', refOf(target), { ifNoneMatch: 'W/"1"' }))],
  [`${type} vread`, target => bundle(type, asked('GET', `${refOf(target)}/_history/1`))],
  [`${type} history`, target => bundle(type, asked('GET', `${refOf(target)}/_history`))],
  [`${type} search`, target => bundle(type, asked('GET', `${target.type}?_id=${target.id}&_total=accurate`))],
  [`${type} delete`, target => bundle(type, asked('DELETE', refOf(target)))],
  [`${type} delete If-Match`, target => bundle(type, asked('DELETE', refOf(target), { ifMatch: 'W/"9"' }))],
  [`${type} conditional delete`, target => bundle(type, asked('DELETE', `${target.type}?identifier=${target.word}`))],
  [`${type} conditional create`, target => bundle(type, {
    ...asked('POST', 'Patient', { ifNoneExist: `identifier=${target.word}` }), resource: { resourceType: 'Patient' },
  })],
  [`${type} reference`, target => bundle(type, { ...asked('POST', 'Observation'), resource: observing(`Patient/${target.id}`) })],
  [`${type} conditional reference`, target => bundle(type, {
    ...asked('POST', 'Observation'), resource: observing(`Patient?identifier=${target.word}`),
  })],
  [`${type} $everything`, target => bundle(type, asked('GET', `Patient/${person(target)}/$everything`))],
]))

/** Every path on which what is hidden and what never was must be one and the same. */
export const paths: Readonly<Record<string, Path>> =
  { ...reads, ...searches, ...across, ...hierarchies, ...operations, ...writes, ...bundles }

/**
 * The one exception (docs/decisions/0006-delete-and-update.md): a client that chooses its own ids learns that one is taken, 404 instead of
 * 201; `$validate` with mode `update` rehearses that PUT. It learns nothing else, so only the search for secrets holds here.
 */
export const choosingAnId: Readonly<Record<string, Path>> = {
  '$validate update': target => ({
    method: 'POST', path: `${refOf(target)}/$validate`,
    body: parameters({ name: 'mode', valueCode: 'update' }, { name: 'resource', resource: { resourceType: target.type, id: target.id } }),
  }),
  'update': target => ({ method: 'PUT', path: refOf(target), body: { resourceType: target.type, id: target.id } }),
  'update If-Match': target => ({
    method: 'PUT', path: refOf(target), body: { resourceType: target.type, id: target.id }, headers: { 'if-match': 'W/"1"' },
  }),
  'transaction update': target => bundle('transaction', {
    ...asked('PUT', refOf(target)), resource: { resourceType: target.type, id: target.id },
  }),
}
