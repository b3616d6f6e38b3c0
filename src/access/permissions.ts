/**
 * What each role may do, as data: role x interaction x kind of type, and who may call which operation.
 *
 * The table says what a role may do at all; visibility says to which resources, `referral/` in which state. Scopes of
 * the token restrict further. docs/access.md shows the same table to partners.
 */
import { outcomes } from '../fhir/outcomes.ts'
import { ROLES, type Caller, type Role } from './caller.ts'
import { kindOf, type Kind } from './kinds.ts'
import { scopesAllow, type ScopeLetter } from './scopes.ts'

/**
 * `history` is that of one resource; of a type or the whole system it is asked as `search` (SMART scopes say the same).
 * `update-own` is an update of what is not listed in the directory (see `listed` in visibility.ts).
 */
export type Interaction = 'read' | 'search' | 'history' | 'create' | 'update' | 'update-own' | 'delete' | 'operation'
type RestInteraction = Exclude<Interaction, 'operation'>

const everyone: readonly Role[] = ROLES
const partners: readonly Role[] = ['referrer', 'hub', 'service', 'administrator']
const keepers: readonly Role[] = ['hub', 'administrator']
const nobody: readonly Role[] = []

type Row = Readonly<Record<RestInteraction, readonly Role[]>>

const row = (read: readonly Role[], write: readonly Role[]): Row =>
  ({ read, search: read, history: read, create: write, update: write, 'update-own': write, delete: write })

export const interactionTable: Readonly<Record<Kind, Row>> = {
  directory: row(everyone, keepers),
  workforce: row(partners, keepers),
  definition: row(everyone, keepers),
  care: row(partners, partners),
  provenance: { ...row(partners, nobody), create: partners },
  audit: row(keepers, nobody),
}

/** What every later write must meet, whoever's it is. */
const governing = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem'])
const governingRow = row(everyone, ['administrator'])

/** People and places that come along inside a referral: created by any partner, as records of its own. */
const companions = new Set(['Organization', 'Location', 'HealthcareService', 'Practitioner', 'PractitionerRole'])
const companionRow = (kind: Kind): Row => ({ ...interactionTable[kind], create: partners, 'update-own': partners })
const companionRows: Partial<Record<Kind, Row>> = { directory: companionRow('directory'), workforce: companionRow('workforce') }

interface OperationRow {
  readonly roles: readonly Role[]
  readonly needs: ScopeLetter
}

/** `needs`: the scope letter, on the type the operation is called on. An operation without a row is for administrators. */
export const operationTable: ReadonlyMap<string, OperationRow> = new Map(Object.entries<OperationRow>({
  submit: { roles: ['referrer', 'hub', 'administrator'], needs: 'c' },
  triage: { roles: partners, needs: 'r' },
  transition: { roles: partners, needs: 'u' },
  'available-actions': { roles: partners, needs: 'r' },
  // What is public of the directory, and nothing of anybody's case.
  find: { roles: everyone, needs: 's' },
  // Its handler asks that the client is the service's own.
  'report-capacity': { roles: ['service'], needs: 'u' },
  validate: { roles: everyone, needs: 'r' },
  everything: { roles: partners, needs: 'r' },
  // What may be changed of which type is asked of the change, as of an update.
  meta: { roles: everyone, needs: 'r' },
  'meta-add': { roles: partners, needs: 'u' },
  'meta-delete': { roles: partners, needs: 'u' },
  // Its counts are of everything there is.
  reindex: { roles: ['administrator'], needs: 'u' },
  'reload-packs': { roles: ['administrator'], needs: 'u' },
}))
const unlisted: OperationRow = { roles: ['administrator'], needs: 'u' }

const letters: Readonly<Record<RestInteraction, ScopeLetter>> = {
  read: 'r', search: 's', history: 'r', create: 'c', update: 'u', 'update-own': 'u', delete: 'd',
}

/** What a v1 scope calls the letter. */
const v1Names: Readonly<Record<ScopeLetter, string>> = { r: 'read', s: 'read', c: 'write', u: 'write', d: 'write' }

/**
 * Throws `forbidden` (403), naming who may, unless the caller's role and scopes allow the interaction.
 * `type` is `*` for the whole system; `operation` (without `$`) is given with the interaction `operation`.
 */
export const permit = (caller: Caller, interaction: Interaction, type: string, operation?: string): void => {
  if (interaction === 'operation') return permitOperation(caller, type, operation ?? '')
  const roles = rolesFor(interaction, type)
  const what = `${interaction === 'update-own' ? 'update' : interaction} of ${type === '*' ? 'the whole system' : type}`
  if (!roles.includes(caller.role)) throw outcomes.forbidden(`${what} is not for the role ${caller.role}${who(roles)}${why(type, roles)}`)
  requireScope(caller, letters[interaction], type, what)
}

/** As `permit`, for what is left out and not refused: the types of a search that names none. */
export const isPermitted = (caller: Caller, interaction: RestInteraction, type: string): boolean =>
  rolesFor(interaction, type).includes(caller.role) && scopesAllow(caller.scopes, letters[interaction], type)

/** Roles the interaction is open to; for documentation and the CapabilityStatement too. */
export const rolesFor = (interaction: RestInteraction, type: string): readonly Role[] => {
  const kind = kindOf(type)
  const found = governing.has(type) ? governingRow : companions.has(type) ? companionRows[kind] ?? interactionTable[kind] : interactionTable[kind]
  return found[interaction]
}

const permitOperation = (caller: Caller, type: string, operation: string): void => {
  const { roles, needs } = operationTable.get(operation) ?? unlisted
  if (!roles.includes(caller.role)) throw outcomes.forbidden(`$${operation} is not for the role ${caller.role}${who(roles)}`)
  requireScope(caller, needs, type, `$${operation} on ${type === '*' ? 'the whole system' : type}`)
}

/** Throws `forbidden` (403), naming the scope that is missing, unless one covers `letter` on `type`. */
export const requireScope = (caller: Caller, letter: ScopeLetter, type: string, what: string): void => {
  if (scopesAllow(caller.scopes, letter, type)) return
  throw outcomes.forbidden(
    `the token's scopes do not cover ${what}; ask for a token with system/${type}.${v1Names[letter]} or system/${type}.${letter}`)
}

const who = (roles: readonly Role[]): string => (roles.length === 0 ? '' : `; it is for: ${roles.join(', ')}`)

const why = (type: string, roles: readonly Role[]): string => {
  if (roles.length > 0) return ''
  return type === 'AuditEvent' ? '; the hub alone writes its audit' : `; a ${type} is created once and never changed`
}
