/**
 * Following a route through a resource's JSON: values in document order, arrays entered, nulls passed over.
 *
 * Odd data (a string where an object belongs) yields nothing; it never throws.
 */
import { parseReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Step } from './route.ts'

export type Fields = Readonly<Record<string, unknown>>

export const fields = (value: unknown): Fields =>
  (typeof value === 'object' && value !== null ? value as Fields : {})

export const list = (value: unknown): readonly unknown[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value])

/** Calls `visit` with each value at the end of the route that starts at `from`. */
export const walk = (from: unknown, steps: readonly Step[], resource: Resource, visit: (value: unknown) => void, at = 0): void => {
  let value = from
  for (let index = at; index < steps.length; index++) {
    if (value === undefined || value === null) return
    const step = steps[index]!
    switch (step.kind) {
      case 'property': value = own(value, step.name); break
      case 'resource': value = resource; break
      case 'index': value = Array.isArray(value) ? value[step.at] : step.at === 0 ? value : undefined; break
      default: if (!holds(value, step, resource)) return
    }
    if (Array.isArray(value) && steps[index + 1]?.kind !== 'index') {
      for (const item of value) walk(item, steps, resource, visit, index + 1)
      return
    }
  }
  if (value !== undefined && value !== null) visit(value)
}

const own = (value: unknown, name: string): unknown =>
  (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Fields)[name] : undefined)

type Filter = Extract<Step, { kind: 'equals' | 'extension' | 'has-extension' | 'resolves-to' }>

const holds = (value: unknown, filter: Filter, resource: Resource): boolean => {
  switch (filter.kind) {
    case 'equals': return fields(value)[filter.property] === filter.value
    case 'extension': return fields(value)['url'] === filter.url
    case 'has-extension': return list(fields(value)['extension']).some(extension => fields(extension)['url'] === filter.url)
    case 'resolves-to': return targetType(value, resource) === filter.type
  }
}

/** Type of a reference's target without fetching it. */
export const targetType = (value: unknown, resource: Resource): string | undefined => {
  const { reference, type } = fields(value)
  if (typeof reference === 'string') {
    const parsed = parseReference(reference)
    if (parsed.kind === 'local') return parsed.type
    if (parsed.kind === 'url' && parsed.type !== undefined) return parsed.type
    if (parsed.kind === 'contained') {
      const contained = list(resource['contained']).map(fields).find(({ id }) => id === parsed.id)?.['resourceType']
      if (typeof contained === 'string') return contained
    }
  }
  return typeof type === 'string' ? type : undefined
}
