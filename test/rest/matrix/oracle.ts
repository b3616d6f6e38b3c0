/**
 * Who may see and know what, computed from the table "Who sees what" of docs/access.md and from how the data came to be:
 * written once more on purpose, and sharing nothing with src/access.
 */
import { clients, type ClientName } from '../../hub.ts'
import type { Known, World } from './world.ts'

const DIRECTORY = ['Organization', 'Location', 'HealthcareService', 'Endpoint', 'Schedule', 'Slot', 'OrganizationAffiliation']
const DEFINITIONS = ['ValueSet', 'SearchParameter', 'Questionnaire', 'StructureDefinition']
const WORKFORCE = ['Practitioner', 'PractitionerRole']

/** `perhaps`: what a service wrote of its own care in a case that it left. */
export type Sight = 'yes' | 'no' | 'perhaps'

const sameOrganisation = (one: ClientName, other: ClientName): boolean => clients[one].organisation === clients[other].organisation
const keepsDirectory = (client: ClientName): boolean => ['hub', 'administrator'].includes(clients[client].role)

export const sightOf = (world: Pick<World, 'referrals'>, caller: ClientName, thing: Known): Sight => {
  const { role } = clients[caller]
  if (role === 'administrator') return 'yes'
  if (thing.referral === undefined) {
    if (keepsDirectory(thing.by)) {
      if ([...DIRECTORY, ...DEFINITIONS].includes(thing.type)) return 'yes'
      if (WORKFORCE.includes(thing.type)) return role === 'integrator' ? 'no' : 'yes'
    }
    return sameOrganisation(caller, thing.by) && role !== 'integrator' ? 'yes' : 'no'
  }
  const referral = world.referrals.find(({ id }) => id === thing.referral)
  if (referral === undefined) throw new Error(`no referral ${thing.referral}`)
  if (caller === 'hub' || sameOrganisation(caller, referral.sender) || referral.services.includes(caller)) return 'yes'
  if (!referral.formerServices.includes(caller)) return 'no'
  if (thing.type === 'ServiceRequest' && thing.id === referral.id) return 'yes'
  if (thing.type === 'Task' && isOfferTo(thing, caller)) return 'yes'
  return thing.by === caller ? 'perhaps' : 'no'
}

const SERVICES: Partial<Record<ClientName, string>> = { team: 'HealthcareService/cl-ucr2h', ward: 'HealthcareService/cl-vw' }

const isOfferTo = ({ versions }: Known, service: ClientName): boolean =>
  versions.some(json => (JSON.parse(json) as { owner?: { reference?: string } }).owner?.reference === SERVICES[service])

/** Words by which a resource could be recognised: its id and the words that stand in it alone. */
export const WORDS = /zz[0-9a-f]{10}zz|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

export const wordsOf = ({ id, versions }: Known): readonly string[] =>
  [...new Set([id, ...versions.flatMap(json => json.match(/zz[0-9a-f]{10}zz/g) ?? [])])]

export interface Knowledge {
  readonly sees: readonly Known[]
  /** What the caller may not see. */
  readonly hidden: readonly Known[]
  /** Hidden, and no word of it stands in anything that the caller sees. */
  readonly unheardOf: readonly Known[]
  /** Words that no answer to the caller may hold, unless the caller asked with them. */
  readonly secrets: ReadonlySet<string>
}

export const knowledgeOf = (world: Pick<World, 'referrals' | 'known'>, caller: ClientName): Knowledge => {
  const sees = world.known.filter(thing => sightOf(world, caller, thing) === 'yes')
  const hidden = world.known.filter(thing => sightOf(world, caller, thing) === 'no')
  const readable = world.known.filter(thing => sightOf(world, caller, thing) !== 'no').flatMap(({ id, versions }) => [id, ...versions])
  const known = new Set(readable.flatMap(text => text.match(WORDS) ?? [text]))
  const secrets = new Set(hidden.flatMap(wordsOf).filter(word => !known.has(word)))
  return { sees, hidden, unheardOf: hidden.filter(thing => wordsOf(thing).every(word => secrets.has(word))), secrets }
}
