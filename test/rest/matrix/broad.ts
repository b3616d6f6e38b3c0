/** Questions about everything at once, in which nothing hidden may take part: neither as a match, nor by its number or its place. */
import type { Bundle } from 'fhir/r4.js'
import type { ClientName } from '../../hub.ts'
import type { Ask, Question } from './ask.ts'
import type { PathContext } from './paths.ts'
import type { World } from './world.ts'

export const broadQuestions = (world: World, { directory, ownPatient = 'none' }: PathContext): readonly Question[] => {
  const types = [...new Set(world.known.map(({ type }) => type))]
  const visible = { organisation: `Organization?_id=${directory.organisation}`, place: `Location?_id=${directory.location}` }
  const paths = [
    ...types.flatMap(type => [
      `${type}?_total=accurate&_count=200`, `${type}?_summary=count`, `${type}?_total=estimate&_count=3`, `${type}?_count=0`,
      `${type}?_sort=-_lastUpdated&_count=3`, `${type}?_sort=_id&_count=2&_total=accurate`,
      `${type}?_lastUpdated=ge2026-11-24&_total=accurate`, `${type}?_id:not=nothing&_total=accurate`,
      `${type}/_history?_count=200`, `${type}/_history?_since=2026-11-24T00:00:00Z`, `${type}/_history?_at=2026-11-24`,
      `${type}?_content=private&_total=accurate`, `${type}?_text=private&_total=accurate`,
    ]),
    '_history?_count=500', '_history?_since=2026-11-24T00:00:00Z', '?_type=Patient,Observation,Organization&_total=accurate',
    '?_lastUpdated=ge2026-11-24&_summary=count&_type=Patient,Encounter',
    'Patient?_sort=family&_count=2&_total=accurate', 'Patient?_sort=-identifier,family&_count=2',
    'Patient?identifier:missing=false&_total=accurate',
    'Patient?gender:not=male&_summary=count', 'Patient?birthdate=1950-01-01&_total=accurate',
    'Patient?name:missing=true&_total=accurate',
    'Patient?_filter=gender%20eq%20female&_total=accurate', 'Patient?_filter=not%20(gender%20eq%20male)&_total=accurate',
    'Patient?_has:Observation:subject:_lastUpdated=ge2020&_total=accurate',
    'Patient?_has:List:item:status=current&_total=accurate',
    'Organization?_has:Patient:general-practitioner:gender=female&_total=accurate',
    'Organization?_has:Patient:general-practitioner:_has:Encounter:patient:status=finished&_summary=count',
    'Location?_has:Encounter:location:status=finished&_total=accurate',
    'Location?_has:Location:partof:_id:not=nothing&_total=accurate',
    'Observation?subject:Patient.gender=female&_total=accurate', 'Observation?subject:Patient.birthdate=lt2020&_summary=count',
    'Observation?subject:Patient.gender:not=male&_total=accurate', 'Task?focus:ServiceRequest.status=active&_total=accurate',
    'ServiceRequest?subject:Patient.birthdate=lt2020&_total=accurate', 'Task?patient.birthdate=lt2020&_total=accurate',
    'ServiceRequest?_include=*&_count=100', 'Task?_include=Task:focus&_include:iterate=ServiceRequest:subject&_count=100',
    'Task?_include=*&_revinclude=*&_count=100', 'ServiceRequest?_revinclude=Task:focus&_revinclude=Provenance:target&_count=100',
    'ServiceRequest?_include=ServiceRequest:subject&_revinclude:iterate=Observation:subject&_count=100',
    `${visible.organisation}&_revinclude=Patient:general-practitioner`,
    `${visible.organisation}&_revinclude=Organization:partof&_revinclude=Location:organization`,
    `${visible.organisation}&_revinclude=Patient:general-practitioner&_revinclude:iterate=Observation:subject`,
    `${visible.organisation}&_revinclude=*`, `${visible.place}&_revinclude=Location:partof&_revinclude=Encounter:location`,
    `Location?_id=${directory.lowLocation}&_include=Location:partof&_include:iterate=Location:partof`,
    `Location?partof:below=Location/${directory.location}&_total=accurate`,
    `Location?partof:above=Location/${directory.lowLocation}&_total=accurate`,
    `Location?partof:Location.name:contains=zz&_total=accurate`,
    `Organization?partof:below=Organization/${directory.organisation}&_total=accurate`,
    `Organization?name:contains=zz&_total=accurate`, 'Location?name:contains=zz&_sort=name&_total=accurate',
    `Patient/${ownPatient}/$everything`, `Patient/${ownPatient}/*?_total=accurate`,
    `Patient/${ownPatient}/Observation?_total=accurate`,
    'Patient/$everything', 'AuditEvent?_count=200&date=ge2026-11-24&_sort=_id', '$meta', 'Patient/$meta', 'metadata',
  ]
  return [
    ...paths.map((path): Question => ({ path })),
    { method: 'POST', path: 'Patient/_search', as: 'application/x-www-form-urlencoded', body: '_total=accurate&_sort=family&_count=100' },
    { method: 'POST', path: '', body: { resourceType: 'Bundle', type: 'batch', entry: [
      { request: { method: 'GET', url: 'Patient?_total=accurate' } }, { request: { method: 'GET', url: '_history' } },
    ] } },
  ]
}

/** Ids on every page of a search, and the total of its first; undefined where the type is not the caller's to search. */
export const idsOnAllPages = async (
  ask: Ask, caller: ClientName, path: string,
): Promise<{ found: readonly string[]; total: number | undefined } | undefined> => {
  const found: string[] = []
  let total: number | undefined
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await ask(caller, { path: next })
    if (answer.status === 403) return undefined
    const bundle = JSON.parse(answer.body) as Bundle
    total ??= bundle.total
    found.push(...(bundle.entry ?? []).map(({ resource }) => String(resource?.id)))
    next = bundle.link?.find(({ relation }) => relation === 'next')?.url.split('/fhir/')[1]
  }
  return { found, total }
}
