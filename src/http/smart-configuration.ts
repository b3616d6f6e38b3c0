/**
 * `/fhir/.well-known/smart-configuration`: where tokens are given and how a client proves itself.
 * https://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known
 */
import { ALGORITHMS } from '../access/clients.ts'

export const smartConfiguration = (tokenEndpoint: string) => ({
  token_endpoint: tokenEndpoint,
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: [...ALGORITHMS],
  grant_types_supported: ['client_credentials'],
  scopes_supported: ['system/*.read', 'system/*.write', 'system/*.*', 'system/*.rs', 'system/*.cruds'],
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
})
