/**
 * Every error this hub can answer, in one table: stable code, HTTP status, FHIR issue type, where, what to do.
 *
 * An entry of `outcomes` makes a `FhirError`; `http/` turns it into an OperationOutcome and nothing else does.
 * Texts never carry patient data, stack traces or SQL. R4: https://hl7.org/fhir/R4/operationoutcome.html
 */
import { withArticle } from './article.ts'
import { hubCodeSystem } from './resource.ts'

export type Severity = 'fatal' | 'error' | 'warning' | 'information'

export type IssueType =
  | 'invalid' | 'structure' | 'required' | 'value' | 'invariant' | 'security' | 'login' | 'unknown' | 'expired'
  | 'forbidden' | 'suppressed' | 'processing' | 'not-supported' | 'duplicate' | 'multiple-matches' | 'not-found'
  | 'deleted' | 'too-long' | 'code-invalid' | 'extension' | 'too-costly' | 'business-rule' | 'conflict'
  | 'transient' | 'lock-error' | 'no-store' | 'exception' | 'timeout' | 'incomplete' | 'throttled' | 'informational'

export interface Issue {
  readonly severity: Severity
  readonly type: IssueType
  /** Stable code: an entry of this catalogue, or the id of a validation rule (`min:Patient.name`). */
  readonly code: string
  /** What is wrong and what to send instead, in a sentence or two. */
  readonly text: string
  /** FHIRPath of the element at fault, with indexes. */
  readonly expression?: readonly string[]
  readonly diagnostics?: string
}

/** Whether an issue stops what was asked for: warnings and notes do not. */
export const isError = ({ severity }: { readonly severity: Severity }): boolean => severity === 'error' || severity === 'fatal'

export class FhirError extends Error {
  readonly status: number
  readonly issues: readonly Issue[]
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, issues: readonly Issue[], headers: Readonly<Record<string, string>> = {}) {
    super(issues[0]?.text ?? 'error')
    this.status = status
    this.issues = issues
    this.headers = headers
  }
}

interface Entry {
  status: number
  type: IssueType
  code: string
  text: string
  expression?: string | readonly string[]
  diagnostics?: string
  headers?: Record<string, string>
}

const error = ({ status, type, code, text, expression, diagnostics, headers }: Entry): FhirError =>
  new FhirError(status, [{
    severity: status >= 500 ? 'fatal' : 'error', type, code, text,
    ...(expression === undefined ? {} : { expression: typeof expression === 'string' ? [expression] : expression }),
    ...(diagnostics === undefined ? {} : { diagnostics }),
  }], headers)

const quoted = (text: string): string => `"${text.length > 80 ? text.slice(0, 77) + '...' : text}"`
const meant = (nearest?: string): string => (nearest === undefined ? '' : `; did you mean ${quoted(nearest)}?`)

/** A list of names, cut where it says enough. */
const some = (names: readonly string[]): string =>
  (names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`)

/** `Patient.name` of entry 3 -> `Bundle.entry[3].resource.name`; what a query says -> `Bundle.entry[3].request`. */
const atEntry = (index: number, expression: string): string => {
  if (expression.startsWith(`Bundle.entry[${index}]`)) return expression
  if (expression === '' || expression.startsWith('http.')) return `Bundle.entry[${index}].request`
  const dot = expression.indexOf('.')
  return `Bundle.entry[${index}].resource${dot < 0 ? '' : expression.slice(dot)}`
}

/** What a PATCH may carry (RFC 5789 section 3.1, https://hl7.org/fhir/R4/http.html#patch). */
export const PATCH_TYPES = ['application/json-patch+json', 'application/fhir+json'] as const

/** Why a SearchParameter of somebody's own is not searched by; `expression` is the element at fault. */
export const unusableParameter = (expression: string, text: string): Issue & { readonly expression: readonly string[] } => ({
  severity: 'error', type: 'business-rule', code: 'search-parameter-unusable', text, expression: [expression],
})

/** What a definition that is put on the server can be refused for; each has its row in the code system of outcomes. */
export type DefinitionFault =
  | 'definition-url' | 'definition-shipped' | 'definition-duplicate' | 'definition-in-use' | 'definition-limit' | 'definition-type'
  | 'definition-base' | 'definition-circular' | 'definition-snapshot' | 'definition-slicing' | 'definition-constraint' | 'definition-filter'

/** Why a StructureDefinition, ValueSet or CodeSystem cannot take effect; `expression` is the element at fault. */
export const unusableDefinition = (code: DefinitionFault, expression: string, text: string): Issue & { readonly expression: readonly string[] } => ({
  severity: 'error', type: 'business-rule', code, text, expression: [expression],
})

/** The catalogue. Add an entry here; never build a FhirError elsewhere except from validation issues. */
export const outcomes = {
  // -- what was sent cannot be read
  malformedJson: (text: string, expression?: string) => error({
    status: 400, type: 'structure', code: 'json-malformed', text, ...(expression ? { expression } : {}) }),
  unsupportedMediaType: (found: string, accepted = 'application/fhir+json') => error({
    status: 415, type: 'not-supported', code: 'media-type-unsupported',
    text: `Content-Type ${quoted(found)} is not accepted; send ${accepted}` }),
  notAcceptable: (found: string) => error({
    status: 406, type: 'not-supported', code: 'not-acceptable',
    text: `cannot answer in ${quoted(found)}; accept application/fhir+json` }),
  tooLarge: (limit: string) => error({
    status: 413, type: 'too-long', code: 'too-large', text: `the request is larger than this hub takes (${limit})` }),
  resourceTooLarge: (type: string, limitBytes: number) => error({
    status: 413, type: 'too-long', code: 'too-large',
    text: `the ${type} is larger, with what it is found by, than this hub can keep (${limitBytes} bytes); send it in smaller resources` }),
  badRequest: (code: string, text: string, expression?: string) => error({
    status: 400, type: 'invalid', code, text, ...(expression ? { expression } : {}) }),

  entry: (code: string, text: string, expression: string) => error({ status: 400, type: 'invalid', code, text, expression }),
  /** What failed in an entry, with its place in the Bundle. A `Bundle` in an expression is the transaction itself. */
  entryFailed: (index: number, cause: FhirError) => new FhirError(
    cause.status,
    cause.issues.map(issue => ({
      ...issue, text: `entry ${index}: ${issue.text}`,
      expression: (issue.expression ?? ['']).map(at => atEntry(index, at)),
    })),
    cause.headers,
  ),

  // -- what was addressed is not there
  unknownType: (type: string, nearest?: string) => error({
    status: 404, type: 'not-supported', code: 'type-unknown',
    text: `${quoted(type)} is not an R4 resource type${meant(nearest)}` }),
  notFound: (what: string) => error({
    status: 404, type: 'not-found', code: 'not-found', text: `${what} is not known here, or not to you` }),
  gone: (what: string, version: number) => error({
    status: 410, type: 'deleted', code: 'deleted', text: `${what} was deleted (version ${version})`,
    headers: { etag: `W/"${version}"` } }),
  unknownRoute: (method: string, path: string) => error({
    status: 404, type: 'not-found', code: 'route-unknown',
    text: `${method} ${quoted(path)} is nothing this hub serves; see GET /fhir/metadata` }),
  methodNotAllowed: (method: string, allowed: readonly string[]) => error({
    status: 405, type: 'not-supported', code: 'method-not-allowed',
    text: `${method} is not allowed here; allowed: ${allowed.join(', ')}`, headers: { allow: allowed.join(', ') } }),
  /** `elsewhere`: where an operation of that name is asked. */
  unknownOperation: (code: string, elsewhere: readonly string[], nearest?: string) => error({
    status: 404, type: 'not-supported', code: 'operation-unknown',
    text: `there is no operation $${code} here${elsewhere.length === 0 ? meant(nearest) : `; it is asked at ${some(elsewhere)}`}` }),

  operationParameterUnknown: (name: string, known: readonly string[], nearest: string | undefined, expression: string) => error({
    status: 400, type: 'not-supported', code: 'operation-parameter-unknown', expression,
    text: `the operation has no parameter ${quoted(name)}${meant(nearest)} (it takes: ${known.join(', ') || 'none'})` }),
  operationParameterMissing: (name: string, documentation: string, expression: string) => error({
    status: 400, type: 'required', code: 'operation-parameter-missing', expression,
    text: `the operation needs the parameter "${name}": ${documentation}` }),
  operationParameterRepeated: (name: string, max: string, expression: string) => error({
    status: 400, type: 'invalid', code: 'operation-parameter-repeated', expression,
    text: `the parameter "${name}" may be given ${max} time(s)` }),
  operationParameterForm: (name: string, type: string, expression: string) => error({
    status: 400, type: 'value', code: 'operation-parameter-form', expression,
    text: type === 'part' ? `the parameter "${name}" takes parts` : `the parameter "${name}" takes ${withArticle(type)}` }),

  // -- who asks
  unauthenticated: (text: string) => error({
    status: 401, type: 'login', code: 'unauthenticated', text, headers: { 'www-authenticate': 'Bearer realm="care-connexions"' } }),
  /** A bearer token came and is no good (RFC 6750 section 3.1). */
  invalidToken: (text: string) => error({
    status: 401, type: 'expired', code: 'invalid-token', text,
    headers: { 'www-authenticate': 'Bearer realm="care-connexions", error="invalid_token"' } }),
  forbidden: (text: string) => error({ status: 403, type: 'forbidden', code: 'forbidden', text }),
  practitionerRequired: (action: string) => error({
    status: 403, type: 'forbidden', code: 'practitioner-required',
    text: `${action} needs a named practitioner; ask for the token with the claim "practitioner"` }),

  // -- search
  unknownParameter: (type: string, name: string, nearest?: string) => error({
    status: 400, type: 'not-supported', code: 'search-unknown-parameter',
    text: `${type} has no search parameter ${quoted(name)}${meant(nearest)}`, expression: `http.${name}` }),
  /** R4: a search of several types takes the parameters that are common to all of them. */
  uncommonParameter: (name: string, lacking: readonly string[], having: readonly string[], nearest?: string) => error({
    status: 400, type: 'not-supported', code: 'search-unknown-parameter', expression: `http.${name}`,
    text: having.length === 0
      ? `none of the types searched (${some(lacking)}) has the search parameter ${quoted(name)}${meant(nearest)}`
      : `${some(lacking)} ${lacking.length === 1 ? 'has' : 'have'} no search parameter ${quoted(name)}, and a search of several types takes `
        + `what all of them have; it may be asked of ${some(having)}: name them in _type` }),
  badParameter: (name: string, text: string) => error({
    status: 400, type: 'value', code: 'search-bad-value', text, expression: `http.${name}` }),
  /** The parameter of the query that something is wrong in (`_sort`, of a name it holds), in expression and text. */
  parameterFailed: (name: string, cause: FhirError) => new FhirError(cause.status, cause.issues.map(issue => ({
    ...issue,
    text: issue.text.includes(name.split(/[:.]/, 1)[0]!.slice(0, 60)) ? issue.text : `${name.slice(0, 60)}: ${issue.text}`,
    expression: [`http.${name.slice(0, 100)}`],
  }))),
  /** In a `_filter`, with the character where it stands, from 1. */
  badFilter: (at: number, text: string) => error({
    status: 400, type: 'value', code: 'search-bad-value', text: `_filter, character ${at}: ${text}`, expression: 'http._filter' }),
  /** The same of what failed in a test; a test inside its brackets has said so already. */
  filterFailed: (at: number, cause: FhirError) => (cause.message.startsWith('_filter, ') ? cause : new FhirError(cause.status,
    cause.issues.map(issue => ({ ...issue, text: `_filter, character ${at}: ${issue.text}`, expression: ['http._filter'] })))),
  unsupportedSearch: (name: string, text: string) => error({
    status: 400, type: 'not-supported', code: 'search-unsupported', text, expression: `http.${name}` }),
  unknownElement: (type: string, path: string, nearest?: string) => error({
    status: 400, type: 'not-supported', code: 'search-unknown-element', expression: 'http._elements',
    text: `${type} has no element ${quoted(path)}${meant(nearest)}` }),
  conditionIncomplete: (type: string, parameter: string, id: string) => error({
    status: 422, type: 'incomplete', code: 'search-parameter-incomplete',
    text: `not every ${type} is indexed by "${parameter}" yet, so a condition by it could miss one; `
      + `run SearchParameter/${id}/$reindex first, or name another parameter` }),
  /** Asking the same again would end the same, so there is no Retry-After. */
  searchTooCostly: (limitMs: number) => error({
    status: 503, type: 'too-costly', code: 'search-too-costly',
    text: `the search ran past ${limitMs} ms and was stopped; narrow it: name an identifier, a patient or a period (such as `
      + '_lastUpdated=ge2026-11-24), or leave out :contains, :missing, _total and chains' }),
  searchesQueued: () => error({
    status: 503, type: 'throttled', code: 'searches-queued',
    text: 'more long searches wait than this hub runs; ask again in a moment, or narrow the search', headers: { 'retry-after': '2' } }),
  searchWithoutParameters: () => error({
    status: 400, type: 'required', code: 'search-without-parameters',
    text: 'a search of everything takes at least one parameter, such as _type=Patient,Task or _lastUpdated=ge2026-11-24; '
      + 'what this hub serves is at GET /fhir/metadata' }),
  notInCompartment: (type: string, compartment: string, types: readonly string[]) => error({
    status: 404, type: 'not-found', code: 'not-in-compartment',
    text: `no ${quoted(type)} is ever in the compartment of ${withArticle(compartment)}; what is: ${types.join(', ')}` }),
  noCompartment: (type: string, compartments: readonly string[]) => error({
    status: 404, type: 'not-found', code: 'compartment-unknown',
    text: `${withArticle(type)} has no compartment to search; those that have one: ${compartments.join(', ')}` }),

  chainedCondition: (type: string) => error({
    status: 400, type: 'not-supported', code: 'condition-chained',
    text: `a condition on ${type} may not look at other resources (chain, _has) in a transaction that writes ${withArticle(type)} as well; use an identifier` }),
  tooManyMatches: (limit: number) => error({
    status: 412, type: 'multiple-matches', code: 'too-many-matches',
    text: `the condition matches more than ${limit} resources; narrow it` }),

  // -- patches
  unsupportedPatch: (found: string) => error({
    status: 415, type: 'not-supported', code: 'media-type-unsupported', headers: { 'accept-patch': PATCH_TYPES.join(', ') },
    text: `Content-Type ${quoted(found)} is no patch that is taken here; send application/json-patch+json with an array of operations, `
      + 'or application/fhir+json with a Parameters resource (FHIRPath Patch)' }),
  malformedPatch: (text: string, expression?: string) => error({
    status: 400, type: 'structure', code: 'patch-malformed', text, ...(expression ? { expression } : {}) }),
  patchNotApplicable: (text: string, expression?: string) => error({
    status: 422, type: 'processing', code: 'patch-not-applicable', text, ...(expression ? { expression } : {}) }),
  patchTestFailed: (text: string) => error({ status: 422, type: 'business-rule', code: 'patch-test-failed', text }),

  // -- versions and states
  idMismatch: (found: string, expected: string) => error({
    status: 400, type: 'invalid', code: 'id-mismatch', expression: 'Resource.id',
    text: `the body's id ${quoted(found)} is not the id of the address, ${quoted(expected)}` }),
  typeMismatch: (found: string, expected: string) => error({
    status: 400, type: 'invalid', code: 'type-mismatch', expression: 'Resource.resourceType',
    text: `the body is of the type ${quoted(found)}, the address takes ${expected}` }),
  versionRequired: (what: string) => error({
    status: 400, type: 'required', code: 'if-match-required',
    text: `a change of ${what} needs the header If-Match with the version you read` }),
  versionConflict: (what: string, current: number) => error({
    status: 412, type: 'conflict', code: 'version-conflict',
    text: `${what} is at version ${current}; read it again and repeat the change on what you find`,
    headers: { etag: `W/"${current}"` } }),
  alreadyThere: (what: string, version: number) => error({
    status: 412, type: 'conflict', code: 'already-there',
    text: `${what} is there, at version ${version}, and If-None-Match asks that it is not; leave If-None-Match out to change it`,
    headers: { etag: `W/"${version}"` } }),
  tooManyToDelete: (criteria: string, limit: number) => error({
    status: 412, type: 'multiple-matches', code: 'too-many-to-delete',
    text: `more than ${limit} resources match ${quoted(criteria)}, and one request deletes up to ${limit}; narrow the condition` }),
  clientIdNotAllowed: (what: string) => error({
    status: 405, type: 'not-supported', code: 'client-id-not-allowed',
    text: `there is no ${what} to update, and this hub gives the ids itself; create it by POST`, headers: { allow: 'GET, HEAD, PATCH, DELETE' } }),
  multipleMatches: (criteria: string, expression?: string) => error({
    status: 412, type: 'multiple-matches', code: 'multiple-matches', ...(expression ? { expression } : {}),
    text: `more than one resource matches ${quoted(criteria)}; narrow the condition` }),
  conditionContradicted: (what: string, criteria: string) => error({
    status: 409, type: 'conflict', code: 'condition-contradicted',
    text: `nothing matches ${quoted(criteria)}, but ${what} is there already; update it by its id, or send no id` }),
  contention: () => error({
    status: 409, type: 'conflict', code: 'contention',
    text: 'others changed the same resources at the same time; send the request again', headers: { 'retry-after': '1' } }),
  capacityContradicted: (what: string, asOf: string) => error({
    status: 409, type: 'conflict', code: 'capacity-contradicted', expression: "Parameters.parameter.where(name='asOf')",
    text: `another count of ${what} as of ${asOf} was reported before, and which is right cannot be told; count again and send the time of that` }),
  keyReused: (text: string) => error({ status: 409, type: 'duplicate', code: 'request-key-reused', text }),
  danglingReference: (reference: string, expression: string) => error({
    status: 422, type: 'not-found', code: 'reference-not-found', expression,
    text: `${quoted(reference)} is not known here; create it first, or send it in the same transaction` }),
  stillReferenced: (what: string, by: string) => error({
    status: 409, type: 'conflict', code: 'still-referenced',
    text: `${what} is referenced by ${by} and cannot be deleted while that is open` }),
  malformedReference: (reference: string, expression: string) => error({
    status: 422, type: 'value', code: 'reference-malformed', expression,
    text: `${quoted(reference)} leads nowhere; send Type/id, an absolute URL, or "#id" of a contained resource `
      + '(conditional references only in a transaction)' }),
  subsetSent: (what: string) => error({
    status: 422, type: 'business-rule', code: 'subset-sent', expression: 'Resource.meta.tag',
    text: `the body is tagged SUBSETTED, and what it leaves out of ${what} would be lost; read the whole resource (without _summary and _elements) and send that` }),
  businessRule: (code: string, text: string, expression?: string) => error({
    status: 422, type: 'business-rule', code, text, ...(expression ? { expression } : {}) }),
  transitionNotAllowed: (text: string, allowed: readonly string[], expression: string) => error({
    status: 422, type: 'business-rule', code: 'transition-not-allowed', expression,
    text: `${text}; allowed to you now: ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}` }),
  unknownAction: (action: string, nearest: string | undefined, known: readonly string[]) => error({
    status: 422, type: 'code-invalid', code: 'action-unknown', expression: 'Parameters.parameter.where(name=\'action\').value',
    text: `there is no action ${quoted(action)}${meant(nearest)} Actions: ${known.join(', ')}` }),
  protectedElement: (element: string, why: string) => error({
    status: 422, type: 'business-rule', code: 'element-protected', expression: element,
    text: `${element} may not change: ${why}; send it as it is` }),

  // -- the hub itself
  clockBackwards: (now: string) => error({
    status: 409, type: 'conflict', code: 'clock-backwards', text: `the hub's clock stands at ${now} and is never moved back` }),
  unavailable: (text: string) => error({
    status: 503, type: 'transient', code: 'unavailable', text, headers: { 'retry-after': '5' } }),
  unconfirmed: () => error({
    status: 503, type: 'transient', code: 'unconfirmed', headers: { 'retry-after': '5' },
    text: 'the hub could not learn whether this was stored; look first, or send it again under the same X-Request-ID where the operation takes one' }),
  internal: (reference: string) => error({
    status: 500, type: 'exception', code: 'internal',
    text: `the hub failed on this request; quote ${reference} to its operator` }),
} as const

/** OperationOutcome JSON of some issues; an empty list is "all ok" (R4 asks for at least one issue). */
export const operationOutcome = (issues: readonly Issue[]) => ({
  resourceType: 'OperationOutcome' as const,
  issue: issues.length === 0
    ? [{ severity: 'information' as const, code: 'informational' as const, details: { text: 'no issues' } }]
    : issues.map(issue => ({
      severity: issue.severity,
      code: issue.type,
      details: { coding: [{ system: hubCodeSystem('operation-outcome'), code: issue.code }], text: issue.text },
      ...(issue.diagnostics === undefined ? {} : { diagnostics: issue.diagnostics }),
      ...(issue.expression === undefined ? {} : { expression: [...issue.expression] }),
    })),
})
