/**
 * The CapabilityStatement, made from what is registered and nothing else: types, interactions, search parameters,
 * operations. `capability-statement.json` is the same with the default base (a test holds the two together).
 */
import { rolesFor } from '../access/permissions.ts'
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import { PATCH_TYPES } from '../fhir/outcomes.ts'
import { HUB } from '../fhir/resource.ts'
import { COMPARTMENTS } from '../search/compartment.ts'
import { indexedParameters, STORE_PARAMETERS, targetsOf } from '../search/parameters.ts'
import type { Policy } from './context.ts'
import type { OperationDeclaration } from './operation.ts'

/** Raised when what the hub serves changes; the date says when. */
const VERSION = '0.1.0'
const DATE = '2026-11-22'

interface Registered {
  readonly definitions: Definitions
  readonly operations: { readonly definitions: readonly OperationDeclaration[] }
  readonly policy: Policy
}

export const operationUrl = (definition: OperationDeclaration): string =>
  definition.url ?? `${HUB}/OperationDefinition/${definition.code}`

export const capabilityStatement = ({ definitions, operations, policy }: Registered, { base }: { base: string }) => ({
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
    resource: resourcesOf(definitions, operations.definitions, policy),
    interaction: ['transaction', 'batch', 'search-system', 'history-system'].map(code => ({ code })),
    searchParam: [
      ...commonParameters(definitions).map(({ code, url, type }) => ({ name: code, definition: url, type })),
      // R4 defines these on its search page only.
      ...['_has', '_list', '_type'].map(name => ({ name, type: 'special' as const })),
    ],
    compartment: COMPARTMENTS.map(type => `http://hl7.org/fhir/CompartmentDefinition/${type.toLowerCase()}`),
    operation: operations.definitions.filter(definition => definition.system).map(operation),
  }],
})

/** Stands for the base, which follows the request, in the text that is kept. */
const ANY_BASE = 'http://base.invalid/fhir'

/** The statement as text for a base. It takes 40 ms to make and everyone may ask, so it is made once for what is defined. */
export const capabilityText = (registered: Registered): (base: string) => string => {
  let made: { readonly of: Definitions; readonly pieces: readonly string[] } | undefined
  const root = ANY_BASE.slice(0, -'/fhir'.length)
  return base => {
    if (made?.of !== registered.definitions) {
      const statement = JSON.stringify(capabilityStatement(registered, { base: ANY_BASE }))
      made = { of: registered.definitions, pieces: statement.split(root) }
    }
    return made.pieces.join(JSON.stringify(base.replace(/\/fhir$/, '')).slice(1, -1))
  }
}

const resourcesOf = (definitions: Definitions, operations: readonly OperationDeclaration[], policy: Policy) => {
  const types = [...definitions.resourceTypes].sort()
  const common = new Set(commonParameters(definitions).map(({ code }) => code))
  const searched = new Map(types.map(type => [type, searchedParameters(definitions, type)]))
  const referring = referringParameters(searched)
  return types.map(type => {
    const standard = definitions.defaultProfile(type)
    const profiles = [...new Set([...standard === undefined ? [] : [standard], ...definitions.addedProfiles(type)])]
    const parameters = searched.get(type) ?? []
    const references = parameters.filter(parameter => parameter.type === 'reference').map(parameter => `${type}:${parameter.code}`)
    const own = operations.filter(definition => definition.resource.includes(type) || definition.resource.includes('Resource'))
    const may = (interaction: 'create' | 'update' | 'delete'): boolean => rolesFor(interaction, type).length > 0
    return {
      type,
      ...(profiles.length === 0 ? {} : { supportedProfile: profiles }),
      interaction: interactionsOf(may).map(code => ({ code })),
      versioning: 'versioned' as const,
      readHistory: true,
      updateCreate: policy.updateCreate && may('update'),
      conditionalCreate: may('create'),
      conditionalRead: 'full-support' as const,
      conditionalUpdate: may('update'),
      conditionalDelete: may('delete') ? policy.conditionalDelete : 'not-supported' as const,
      // docs/decisions/0005-references.md
      referencePolicy: ['literal', 'logical', 'enforced'] as const,
      searchInclude: [...references, '*'],
      searchRevInclude: [...referring.get(type) ?? [], '*'],
      // What all types have is defined once, beside the types.
      searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, ...(common.has(code) ? {} : { definition: url }), type: kind })),
      ...(own.length === 0 ? {} : { operation: own.map(operation) }),
    }
  })
}

const searchedParameters = (definitions: Definitions, type: string): readonly SearchParameter[] => {
  const indexed = indexedParameters(definitions, type)
  return [...definitions.searchParameters(type).values()].filter(({ code }) => indexed.has(code) || STORE_PARAMETERS.has(code)).sort(byCode)
}

/** R4 has these in its registry; what they ask is answered by the full text, and by the other parameters. */
const BEYOND_INDEX: ReadonlySet<string> = new Set(['_text', '_content', '_filter'])

/** Those of every type; `_text` is not of Binary, Bundle and Parameters, which have no narrative. */
const commonParameters = (definitions: Definitions): readonly SearchParameter[] => [
  ...searchedParameters(definitions, 'Patient').filter(({ code }) => code.startsWith('_')),
  ...[...definitions.searchParameters('Patient').values()].filter(({ code }) => BEYOND_INDEX.has(code)).sort(byCode),
]

/** By target: `Type:parameter` of those that name it. What may refer to anything is in `*`: some 80 for each of 146 types. */
const referringParameters = (searched: ReadonlyMap<string, readonly SearchParameter[]>): ReadonlyMap<string, readonly string[]> => {
  const referring = new Map<string, string[]>()
  for (const [type, parameters] of searched) {
    for (const parameter of parameters) {
      if (parameter.type !== 'reference') continue
      for (const target of targetsOf(parameter) ?? []) {
        const known = referring.get(target) ?? []
        known.push(`${type}:${parameter.code}`)
        referring.set(target, known)
      }
    }
  }
  return referring
}

const interactionsOf = (may: (interaction: 'create' | 'update' | 'delete') => boolean): readonly string[] => [
  'read', 'vread',
  ...(may('update') ? ['update', 'patch'] : []),
  ...(may('delete') ? ['delete'] : []),
  'history-instance', 'history-type',
  ...(may('create') ? ['create'] : []),
  'search-type',
]

const operation = (definition: OperationDeclaration) => ({
  name: definition.code, definition: operationUrl(definition),
  // What R4 defines is documented there.
  ...(definition.url === undefined ? { documentation: definition.documentation } : {}),
})

const byCode = (one: SearchParameter, other: SearchParameter): number => (one.code < other.code ? -1 : one.code > other.code ? 1 : 0)
