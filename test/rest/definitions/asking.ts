/** Profiles, value sets and code systems that a test puts on a hub, and what it asks then. */
import type { CodeSystem, ElementDefinition, StructureDefinition, ValueSet } from 'fhir/r4.js'
import type { TestHub } from '../../hub.ts'

export const X = 'https://x.example/fhir'
const R4 = 'http://hl7.org/fhir/StructureDefinition'

export type Elements = readonly (Partial<ElementDefinition> & { readonly path: string })[]

/** A profile of Basic: the type that UK Core and the hub leave alone. */
export const profile = (name: string, elements: Elements, more: Partial<StructureDefinition> = {}): StructureDefinition => ({
  resourceType: 'StructureDefinition', id: name, url: `${X}/StructureDefinition/${name}`, name: name.replaceAll('-', ''), status: 'active',
  kind: 'resource', abstract: false, type: 'Basic', baseDefinition: `${R4}/Basic`, derivation: 'constraint',
  differential: { element: elements.map(element => ({ id: element.path, ...element })) },
  ...more,
})

export const requiring = (name: string, element: string, more: Partial<StructureDefinition> = {}): StructureDefinition =>
  profile(name, [{ path: `Basic.${element}`, min: 1 }], more)

export const canonical = (name: string, type = 'StructureDefinition'): string => `${X}/${type}/${name}`

export const codeSystem = (name: string, codes: readonly string[], more: Partial<CodeSystem> = {}): CodeSystem => ({
  resourceType: 'CodeSystem', id: name, url: canonical(name, 'CodeSystem'), status: 'active', content: 'complete', caseSensitive: true,
  concept: codes.map(code => ({ code, display: code.toUpperCase() })), ...more,
})

export const valueSet = (name: string, more: Partial<ValueSet>): ValueSet => ({
  resourceType: 'ValueSet', id: name, url: canonical(name, 'ValueSet'), status: 'active', ...more,
})

/** A Basic that claims profiles. */
export const basic = (claims: readonly string[], more: object = {}) => ({
  resourceType: 'Basic', ...(claims.length === 0 ? {} : { meta: { profile: claims } }), code: { coding: [{ system: canonical('things', 'CodeSystem'), code: 'one' }] }, ...more,
})

interface Told {
  readonly status: number
  /** Rule at place, of errors. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly text: string
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const told = ({ status, body }: Answer): Told => {
  const { issue = [] } = body as { issue?: readonly { severity: string; details: { coding?: readonly { code: string }[]; text: string }; expression?: readonly string[] }[] }
  const of = (...severities: readonly string[]) => issue.filter(({ severity }) => severities.includes(severity))
    .map(({ details, expression = [] }) => `${details.coding?.[0]?.code} at ${expression.join(', ')}`)
  return { status, errors: of('error', 'fatal'), warnings: of('warning'), text: issue.map(({ details }) => details.text).join('\n') }
}

export interface Asking {
  put(resource: object): Promise<Told>
  remove(type: string, id: string): Promise<Told>
  transaction(...resources: readonly object[]): Promise<Told>
  validate(resource: object): Promise<Told>
  create(resource: object): Promise<Told>
}

/** The hub as an administrator asks it. */
export const asking = async (hub: TestHub): Promise<Asking> => {
  const administrator = await hub.as('administrator')
  const idOf = (resource: object): { readonly resourceType: string; readonly id: string } => resource as { resourceType: string; id: string }
  return {
    async put(resource) {
      const { resourceType, id } = idOf(resource)
      return told(await administrator.put(`/fhir/${resourceType}/${id}`).send(resource))
    },
    remove: async (type, id) => told(await administrator.delete(`/fhir/${type}/${id}`)),
    async transaction(...resources) {
      const entry = resources.map(resource => ({ resource, request: { method: 'PUT', url: `${idOf(resource).resourceType}/${idOf(resource).id}` } }))
      return told(await administrator.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }))
    },
    validate: async resource => told(await administrator.post(`/fhir/${idOf(resource).resourceType}/$validate`).send(resource)),
    create: async resource => told(await administrator.post(`/fhir/${idOf(resource).resourceType}`).send(resource)),
  }
}
