/**
 * The registry of operations: finds one by code and level, asks whether the caller may, reads the input as the
 * definition says, runs the handler. R4: https://hl7.org/fhir/R4/operations.html
 */
import { permit } from '../access/permissions.ts'
import { nearest } from '../fhir/nearest.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { stringifyJson } from '../fhir/json.ts'
import { versionInTag } from './conditions.ts'
import type { RestParts } from './context.ts'
import { readInput } from './operation-input.ts'
import type { Operation, OperationDeclaration } from './operation.ts'
import type { RequestContext } from './repository.ts'
import type { FhirAnswer, FhirRequest } from './request.ts'

export interface OperationTarget {
  readonly code: string
  readonly type: string | undefined
  readonly id: string | undefined
  /** As it stands in the address. */
  readonly version?: string | undefined
}

export interface OperationRegistry {
  readonly definitions: readonly OperationDeclaration[]
  run(parts: RestParts, request: FhirRequest, context: RequestContext, target: OperationTarget): Promise<FhirAnswer>
}

export const createOperations = (operations: readonly Operation[]): OperationRegistry => {
  const serves = (definition: OperationDeclaration, { type, id, version }: OperationTarget): boolean => {
    if (type === undefined) return definition.system
    const ofType = definition.resource.includes(type) || definition.resource.includes('Resource')
    return ofType && (id === undefined ? definition.type : version === undefined ? definition.instance : definition.version === true)
  }

  return {
    definitions: operations.map(({ definition }) => definition),

    async run(parts, request, context, target) {
      const here = operations.filter(({ definition }) => serves(definition, target))
      const found = here.find(({ definition }) => definition.code === target.code)
      if (found === undefined) {
        const elsewhere = operations.filter(({ definition }) => definition.code === target.code)
        throw outcomes.unknownOperation(target.code, elsewhere.flatMap(({ definition }) => addressesOf(definition)),
          nearest(target.code, here.map(({ definition }) => definition.code)))
      }
      const { definition } = found
      const { method } = request
      const takesGet = !definition.affectsState || definition.shownByGet === true
      if (method !== 'POST' && (method !== 'GET' || !takesGet)) throw outcomes.methodNotAllowed(method, takesGet ? ['GET', 'POST'] : ['POST'])
      permit(context.caller, 'operation', target.type ?? 'Bundle', definition.code)
      const answer = await found.handle({
        ...context,
        parts,
        method,
        repository: parts.repository,
        clock: parts.clock,
        resourceType: target.type,
        id: target.id,
        version: target.version === undefined ? undefined : versionNumber(target.version),
        base: request.base,
        ifMatch: versionInTag(request.headers['if-match']),
        input: readInput(definition, request),
        body: request.body,
        headers: request.headers,
      })
      const { status, resource, headers = {} } = answer
      return { status, headers, body: typeof resource === 'string' ? resource : stringifyJson(resource) }
    },
  }
}

/** Where an operation is asked, below the base. */
const addressesOf = ({ code, resource, system, type, instance }: OperationDeclaration): readonly string[] => [
  ...(system ? [`/$${code}`] : []),
  ...resource.flatMap(name => {
    const address = name === 'Resource' ? '[type]' : name
    return [...(type ? [`${address}/$${code}`] : []), ...(instance ? [`${address}/[id]/$${code}`] : [])]
  }),
]

/** 0, which no resource has, for text that is no version. */
const versionNumber = (text: string): number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0)
