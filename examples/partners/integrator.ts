/**
 * An integrator's program: what can this hub do, and which services are there? It sees the directory and nobody's care.
 * Words: `capabilities`, `services`, `near PLACE TYPE` (SNOMED CT code of the kind of service), `barred`.
 */
import type { Bundle, CapabilityStatement, HealthcareService, Location } from 'fhir/r4.js'
import { resources } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const PAGE = 5
const connection = await connect()
const { fhir, request } = connection

/** What is used below must be announced there: a program that looks first is not surprised later. */
const capabilities = async (say: Say): Promise<void> => {
  const statement = await fhir.capabilityStatement(request()) as unknown as CapabilityStatement
  const resource = statement.rest?.[0]?.resource ?? []
  const services = resource.find(({ type }) => type === 'HealthcareService')
  const needed = ['name', 'service-type', 'coverage-area', 'identifier']
  const missing = needed.filter(name => !services?.searchParam?.some(parameter => parameter.name === name))
  if (missing.length > 0) throw new Error(`HealthcareService cannot be searched by ${missing.join(', ')}`)
  const operations = resource.flatMap(({ operation = [] }) => operation.map(({ name }) => `$${name}`))
  for (const name of ['$submit', '$triage', '$transition', '$available-actions']) {
    if (!operations.includes(name)) throw new Error(`the CapabilityStatement does not name ${name}`)
  }
  say(`Integrator reads the CapabilityStatement: FHIR ${statement.fhirVersion}, ${statement.software?.name} ${statement.software?.version}, ` +
    `${resource.length} resource types, operations ${[...new Set(operations)].join(', ')}`)
  say(`   HealthcareService is searched by ${services?.searchParam?.map(({ name }) => name).filter(name => !name.startsWith('_')).join(', ')}`)
}

const codeOf = (service: HealthcareService): string => service.identifier?.[0]?.value ?? 'no code'

/** All services, a page at a time, by the `next` link and nothing else. */
const services = async (say: Say): Promise<void> => {
  const found: HealthcareService[] = []
  let pages = 0
  let page: unknown = await fhir.search({
    resourceType: 'HealthcareService', searchParams: { active: 'true', _sort: 'name', _count: PAGE, _total: 'accurate' }, options: request(),
  })
  const { total } = page as Bundle
  while (page !== undefined) {
    const fresh = resources<HealthcareService>(page as Bundle)
    found.push(...fresh)
    pages += 1
    say(`Integrator reads page ${pages}: ${fresh.map(service => `${codeOf(service)} (${service.name})`).join(', ')}`)
    page = hasNext(page as Bundle) ? await fhir.nextPage({ bundle: page as never, options: request() }) : undefined
  }
  const ids = new Set(found.map(({ id }) => id))
  if (ids.size !== found.length || (total !== undefined && total !== found.length)) {
    throw new Error(`${found.length} services on ${pages} pages, ${ids.size} different, total ${total}`)
  }
  if (pages < 2) throw new Error('one page held everything: paging was not seen')
  say(`   ${found.length} services on ${pages} pages, none twice`)
}

const hasNext = (bundle: Bundle): boolean => bundle.link?.some(({ relation }) => relation === 'next') ?? false

/** Which services of a kind cover a place, and from where they come. */
const near = async (say: Say, words: string): Promise<void> => {
  const [place = '', type = ''] = words.split(' ')
  const areas = await fhir.search({ resourceType: 'Location', searchParams: { 'name:exact': place }, options: request() }) as unknown as Bundle
  const [area] = resources<Location>(areas)
  if (area === undefined) throw new Error(`the directory knows no place ${place}`)
  say(`Integrator finds Location/${area.id}: ${area.name}, ${area.identifier?.[0]?.value}`)
  const bundle = await fhir.search({
    resourceType: 'HealthcareService',
    searchParams: {
      'coverage-area': `Location/${area.id}`, 'service-type': `http://snomed.info/sct|${type}`,
      '_include': 'HealthcareService:location', '_sort': 'name',
    },
    options: request(),
  }) as unknown as Bundle
  const all = resources<HealthcareService | Location>(bundle)
  const found = all.filter(resource => resource.resourceType === 'HealthcareService')
  if (found.length === 0) throw new Error(`no service of type ${type} covers ${place}`)
  for (const service of found) {
    const bases = service.location?.map(({ reference }) => all.find(({ resourceType, id }) => `${resourceType}/${id}` === reference)?.name)
    const hours = service.availableTime?.[0]
    say(`Integrator finds HealthcareService/${service.id}: ${service.name} (${service.type?.[0]?.text ?? type}), ` +
      `from ${bases?.join(', ')}${hours === undefined ? '' : `, ${hours.availableStartTime?.slice(0, 5)} to ${hours.availableEndTime?.slice(0, 5)}`}`)
  }
}

/** Referrals are none of an integrator's business, and the hub says so. */
const barred = async (say: Say): Promise<void> => {
  const refused = await fhir.search({ resourceType: 'ServiceRequest', searchParams: {}, options: request() }).then(
    () => undefined, (error: { response?: { status?: number } }) => error.response?.status)
  if (refused !== 403) throw new Error(`a search of referrals was answered ${refused ?? 'with a list'}, not refused`)
  say('Integrator asks for referrals and is refused (403): the directory is all it sees')
}

await runDesk({ capabilities, services, near, barred })
