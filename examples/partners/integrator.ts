/**
 * An integrator's program: what can this hub do, and which services are there? It sees the directory and nobody's care.
 * Words: `capabilities`, `services`, `find NEED PLACE` (services for a need that cover a place), `ask NEED POSTCODE [INSTANT]`
 * (who can see somebody there, in time), `based PLACE` (that work from a town), `barred`.
 */
import type { Bundle, CapabilityStatement, HealthcareService, Location, Parameters, ParametersParameter } from 'fhir/r4.js'
import { clockTime, resources } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const PAGE = 5

/** Which kind of service a need calls for, SNOMED CT: an integrator's own table, the directory's codes. */
const KINDS: Readonly<Record<string, string>> = {
  'crisis': '89311000000105',
  'acute-illness': '931781000000102',
  'nursing': '931801000000101',
  'therapy': '310131003',
  'company': '413331009',
}

const connection = await connect()
const { fhir, request } = connection

/** What is used below must be announced there: a program that looks first is not surprised later. */
const capabilities = async (say: Say): Promise<void> => {
  const statement = await fhir.capabilityStatement(request()) as unknown as CapabilityStatement
  const resource = statement.rest?.[0]?.resource ?? []
  const services = resource.find(({ type }) => type === 'HealthcareService')
  const needed = ['active', 'service-type', 'coverage-area', 'location']
  const missing = needed.filter(name => !services?.searchParam?.some(parameter => parameter.name === name))
  if (missing.length > 0) throw new Error(`HealthcareService cannot be searched by ${missing.join(', ')}`)
  const operations = resource.flatMap(({ operation = [] }) => operation.map(({ name }) => `$${name}`))
  for (const name of ['$submit', '$triage', '$transition', '$available-actions', '$find']) {
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

const search = async <T>(resourceType: string, searchParams: Record<string, string>): Promise<readonly T[]> =>
  resources<T>(await fhir.search({ resourceType, searchParams, options: request() }) as unknown as Bundle)

/** Which services for a need cover a place, where they come from and when. */
const find = async (say: Say, words: string): Promise<void> => {
  const [need = '', place = ''] = words.split(' ')
  const kind = KINDS[need]
  if (kind === undefined) throw new Error(`no kind of service is known for "${need}"; known are ${Object.keys(KINDS).join(', ')}`)
  const [area] = await search<Location>('Location', { 'name:exact': place })
  if (area === undefined) throw new Error(`the directory knows no place ${place}`)
  const found = await search<HealthcareService | Location>('HealthcareService', {
    'active': 'true', 'coverage-area': `Location/${area.id}`, 'service-type': `http://snomed.info/sct|${kind}`,
    '_include': 'HealthcareService:location', '_sort': 'name',
  })
  const offered = found.filter(resource => resource.resourceType === 'HealthcareService')
  if (offered.length === 0) throw new Error(`no service for ${need} covers ${place}`)
  for (const service of offered) {
    const bases = service.location?.map(({ reference }) => found.find(({ resourceType, id }) => `${resourceType}/${id}` === reference)?.name)
    say(`Integrator, for ${need} in ${place} (Location/${area.id}), finds HealthcareService/${service.id}: ${service.name}, ` +
      `from ${bases?.join('; ')}, ${hoursOf(service)}`)
  }
}

/** Who can see a person there, in time: the hub's own answer, without the person. */
const ask = async (say: Say, words: string): Promise<void> => {
  const [need = '', postcode = '', at] = words.split(' ')
  const answer = await fhir.operation({
    name: 'find', resourceType: 'HealthcareService', method: 'GET', input: { need, postcode, ...(at === undefined ? {} : { at }) }, options: request(),
  } as never) as unknown as Parameters
  const named = (name: string): readonly ParametersParameter[] => (answer.parameter ?? []).filter(parameter => parameter.name === name)
  const services = named('service').map(({ part = [] }) => part)
  if (services.length === 0) throw new Error(`no service can meet ${need} at ${postcode}`)
  const place = named('place')[0]?.part?.find(({ name }) => name === 'district')?.valueCoding
  say(`Integrator asks $find: ${need} at ${postcode} (${place?.display ?? place?.code ?? 'some district'}), to be met by ${clockTime(named('deadline')[0]?.valueInstant)}`)
  for (const part of services) {
    const value = (name: string): ParametersParameter | undefined => part.find(each => each.name === name)
    const [closesAt, opensAt] = [value('closesAt')?.valueInstant, value('opensAt')?.valueInstant]
    const hours = closesAt !== undefined ? `open until ${clockTime(closesAt)}` : opensAt !== undefined ? `opens ${clockTime(opensAt, at)}` : 'hours as it says'
    say(`   ${value('rank')?.valueInteger}. ${value('reference')?.valueReference?.display ?? value('code')?.valueCode} (${value('code')?.valueCode}), ${hours}` +
      `${value('meetsDeadline')?.valueBoolean === true ? ', in time' : ''}: ${value('reason')?.valueString}`)
  }
  for (const { part = [] } of named('leftOut').slice(0, 2)) {
    const failed = part.find(({ name }) => name === 'criterion')?.part?.find(({ name }) => name === 'text')?.valueString
    say(`   left out: ${part.find(({ name }) => name === 'reference')?.valueReference?.display}, because NOT met: ${failed}`)
  }
}

const hoursOf = ({ availableTime }: HealthcareService): string => {
  const [first] = availableTime ?? []
  if (first?.allDay === true) return 'at all hours'
  const [start, end] = [first?.availableStartTime, first?.availableEndTime]
  return start === undefined || end === undefined ? 'hours not given' : `${start.slice(0, 5)} to ${end.slice(0, 5)}`
}

const based = async (say: Say, place: string): Promise<void> => {
  const bases = await search<Location>('Location', { 'name:contains': place })
  if (bases.length === 0) throw new Error(`the directory knows no place ${place}`)
  const found = await search<HealthcareService>('HealthcareService', { location: bases.map(({ id }) => `Location/${id}`).join(','), _sort: 'name' })
  if (found.length === 0) throw new Error(`no service works from ${place}`)
  say(`Integrator, of services that work from ${place} (${bases.map(({ id }) => `Location/${id}`).join(', ')}), ` +
    `finds ${found.map(({ id, name }) => `HealthcareService/${id} (${name})`).join(', ')}`)
}

/** Referrals are none of an integrator's business, and the hub says so. */
const barred = async (say: Say): Promise<void> => {
  const refused = await search('ServiceRequest', {}).then(() => undefined, (error: { response?: { status?: number } }) => error.response?.status)
  if (refused !== 403) throw new Error(`a search of referrals was answered ${refused ?? 'with a list'}, not refused`)
  say('Integrator asks for referrals and is refused (403): the directory is all it sees')
}

await runDesk({ capabilities, services, find, ask, based, barred })
