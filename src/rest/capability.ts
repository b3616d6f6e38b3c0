/**
 * The CapabilityStatement, made from what is registered and nothing else: types, interactions, search parameters,
 * operations. `capability-statement.json` is the same with the default base (a test holds the two together).
 */
import { rolesFor } from '../access/permissions.ts'
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import { PATCH_TYPES } from '../fhir/outcomes.ts'
import { HUB } from '../fhir/resource.ts'
import { indexedParameters, STORE_PARAMETERS } from '../search/parameters.ts'
import type { OperationDeclaration } from './operation.ts'

/** Raised when what the hub serves changes; the date says when. */
const VERSION = '0.1.0'
const DATE = '2026-11-22'

interface Registered {
  readonly definitions: Definitions
  readonly operations: { readonly definitions: readonly OperationDeclaration[] }
}

export const operationUrl = (definition: OperationDeclaration): string =>
  definition.url ?? `${HUB}/OperationDefinition/${definition.code}`

export const capabilityStatement = ({ definitions, operations }: Registered, { base }: { base: string }) => ({
  resourceType: 'CapabilityStatement' as const,
  id: 'care-connexions',
  url: `${HUB}/CapabilityStatement/care-connexions`,
  version: VERSION,
  name: 'CareConnexions',
  title: 'Care Connexions referral hub',
  status: 'active' as const,
  date: DATE,
  publisher: 'Care Connexions',
  description: 'Urgent community referrals by FHIR R4: referrals checked against UK Core, explainable triage, workflow by Task.',
  kind: 'instance' as const,
  software: { name: 'care-connexions', version: VERSION },
  implementation: { description: 'Care Connexions referral hub', url: base },
  fhirVersion: '4.0.1' as const,
  format: ['application/fhir+json', 'json'],
  patchFormat: [...PATCH_TYPES],
  rest: [{
    mode: 'server' as const,
    security: {
      cors: false,
      service: [{
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
        text: 'OAuth2 client credentials with private_key_jwt (SMART Backend Services)',
      }],
      extension: [{
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [{ url: 'token', valueUri: `${base.replace(/\/fhir$/, '')}/token` }],
      }],
    },
    resource: [...definitions.resourceTypes].sort().map(type => ofType(definitions, operations.definitions, type)),
    interaction: [{ code: 'transaction' as const }, { code: 'batch' as const }, { code: 'history-system' as const }],
    operation: operations.definitions.filter(definition => definition.system).map(operation),
  }],
})

/** Stands for the base, which follows the request, in the text that is kept. */
const ANY_BASE = 'http://base.invalid/fhir'

/** The statement as text for a base. It takes 40 ms to make and everyone may ask, so it is made once. */
export const capabilityText = (registered: Registered): (base: string) => string => {
  let pieces: readonly string[] | undefined
  const root = ANY_BASE.slice(0, -'/fhir'.length)
  return base => {
    pieces ??= JSON.stringify(capabilityStatement(registered, { base: ANY_BASE })).split(root)
    return pieces.join(JSON.stringify(base.replace(/\/fhir$/, '')).slice(1, -1))
  }
}

const ofType = (definitions: Definitions, operations: readonly OperationDeclaration[], type: string) => {
  const profile = definitions.defaultProfile(type)
  const indexed = indexedParameters(definitions, type)
  const parameters = [...definitions.searchParameters(type).values()]
    .filter(({ code }) => indexed.has(code) || STORE_PARAMETERS.has(code)).sort(byCode)
  const references = parameters.filter(parameter => parameter.type === 'reference').map(parameter => `${type}:${parameter.code}`)
  const own = operations.filter(definition => definition.resource.includes(type) || definition.resource.includes('Resource'))
  return {
    type,
    ...(profile === undefined ? {} : { supportedProfile: [profile] }),
    interaction: interactionsOf(type).map(code => ({ code })),
    versioning: 'versioned' as const,
    readHistory: true,
    updateCreate: rolesFor('update', type).length > 0,
    conditionalCreate: rolesFor('create', type).length > 0,
    conditionalRead: 'full-support' as const,
    conditionalUpdate: rolesFor('update', type).length > 0,
    // Several matches are refused (docs/decisions/0006-delete-and-update.md).
    conditionalDelete: rolesFor('delete', type).length > 0 ? 'single' as const : 'not-supported' as const,
    ...(references.length === 0 ? {} : { searchInclude: references }),
    searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })),
    ...(own.length === 0 ? {} : { operation: own.map(operation) }),
  }
}

const interactionsOf = (type: string): readonly string[] => [
  'read', 'vread',
  ...(rolesFor('update', type).length > 0 ? ['update', 'patch'] : []),
  ...(rolesFor('delete', type).length > 0 ? ['delete'] : []),
  'history-instance', 'history-type',
  ...(rolesFor('create', type).length > 0 ? ['create'] : []),
  'search-type',
]

const operation = (definition: OperationDeclaration) => ({
  name: definition.code, definition: operationUrl(definition),
  // What R4 defines is documented there.
  ...(definition.url === undefined ? { documentation: definition.documentation } : {}),
})

const byCode = (one: SearchParameter, other: SearchParameter): number => (one.code < other.code ? -1 : one.code > other.code ? 1 : 0)
