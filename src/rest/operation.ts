/**
 * An operation is one file: its definition and its handler. The registry routes by it, parses and checks the
 * input by it, and the CapabilityStatement lists it. R4: https://hl7.org/fhir/R4/operations.html
 */
import type { Caller } from '../access/caller.ts'
import type { Clock } from '../fhir/clock.ts'
import type { Resource } from '../fhir/resource.ts'
import type { RestParts } from './context.ts'
import type { Repository } from './repository.ts'
import type { FhirRequest } from './request.ts'

export interface OperationParameter {
  readonly name: string
  readonly use: 'in' | 'out'
  readonly min: number
  readonly max: string
  /** FHIR type; a resource type or `Resource` is carried in `parameter.resource`. Absent with `part`. */
  readonly type?: string
  readonly part?: readonly OperationParameter[]
  readonly documentation: string
}

export interface OperationDeclaration {
  /** Without `$`. */
  readonly code: string
  readonly title: string
  readonly documentation: string
  readonly resource: readonly string[]
  readonly system: boolean
  readonly type: boolean
  readonly instance: boolean
  /** Also of one version: `Type/id/_history/version/$code`. */
  readonly version?: true
  /** false: may be called by GET as well. */
  readonly affectsState: boolean
  /** Of an operation that affects state: a GET changes nothing and shows how far it is. */
  readonly shownByGet?: boolean
  /** Canonical when it is not the hub's own (`http://hl7.org/fhir/OperationDefinition/Resource-validate`). */
  readonly url?: string
  /** A body that is not Parameters is taken as the value of this single resource parameter. */
  readonly body?: string
  readonly parameter: readonly OperationParameter[]
}

export interface OperationRequest {
  readonly method: 'GET' | 'POST'
  readonly parts: RestParts
  readonly caller: Caller
  readonly repository: Repository
  readonly clock: Clock
  readonly requestId: string
  readonly correlationId: string
  readonly resourceType: string | undefined
  readonly id: string | undefined
  /** Where one version is addressed. */
  readonly version: number | undefined
  /** Base of links and Location, without a trailing slash. */
  readonly base: string
  /** `ETag`'s number from If-Match. */
  readonly ifMatch: number | undefined
  readonly input: OperationInput
  /** The request's bytes as they came, for operations that keep them. */
  readonly body: string
  readonly headers: FhirRequest['headers']
}

export interface OperationInput {
  /** First value, or undefined. Primitives are JSON values, complex types objects. */
  one(name: string): unknown
  all(name: string): readonly unknown[]
  resource(name: string): Resource | undefined
  /** Each repetition of a parameter with parts. */
  parts(name: string): readonly OperationInput[]
}

export interface OperationAnswer {
  readonly status: number
  /** The resource, or its JSON where that is made of what is stored as text. */
  readonly resource: Resource | string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Operation {
  readonly definition: OperationDeclaration
  handle(request: OperationRequest): Promise<OperationAnswer>
}

export const operation = (definition: OperationDeclaration, handle: Operation['handle']): Operation => ({ definition, handle })
