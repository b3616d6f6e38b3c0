/**
 * Extraction: a resource -> what the indexes keep of it, by every indexed search parameter's own FHIRPath expression,
 * and its words for full-text search.
 *
 * Compiled per resource type when the first one comes. Pure; never throws, whatever the data: what does not fit its
 * parameter yields no entry. R4: https://hl7.org/fhir/R4/searchparameter-registry.html
 */
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import type { Resource } from '../fhir/resource.ts'
import { engineEvaluator } from './engine.ts'
import type { Extracted, IndexEntry } from './entries.ts'
import { combinable, combine } from './extract/composite.ts'
import { emitterFor } from './extract/emitters.ts'
import type { Add, Emitter } from './extract/emitter.ts'
import { wordsExtractor } from './extract/words.ts'
import { MAX_ENTRIES_PER_PARAMETER } from './limits.ts'
import { indexedParameters } from './parameters.ts'
import { compileRoutes, resourceRoute, type Route } from './route.ts'
import { sortEntry } from './sort.ts'
import { walk } from './walk.ts'

/** Adds the entries of one parameter. `from`: the resource, or the element a composite's components start at. */
type Extraction = (from: unknown, add: Add, resource: Resource) => void

export interface ExtractorOptions {
  /** This server's own addresses without trailing slash: absolute references under them are local. */
  readonly bases?: readonly string[]
}

/** The function that makes index entries and sort values of a resource. Unknown types have none. */
export const createExtractor = (
  definitions: Definitions, { bases = [] }: ExtractorOptions = {},
): ((resource: Resource) => Extracted) => {
  const byType = new Map<string, readonly Extraction[]>()
  const wordsOf = wordsExtractor(definitions)

  const extractionsOf = (type: string): readonly Extraction[] => {
    const known = byType.get(type)
    if (known !== undefined) return known
    if (!definitions.resourceTypes.has(type)) return []
    const context = { definitions, bases, type }
    const compiled = [...indexedParameters(definitions, type).values()].map(parameter => compile(context, parameter))
    byType.set(type, compiled)
    return compiled
  }

  return resource => {
    const entries: IndexEntry[] = []
    const sort: Extracted['sort'][number][] = []
    for (const extraction of extractionsOf(resource.resourceType)) {
      const own = distinct()
      extraction(resource, own.add, resource)
      if (own.entries.length === 0) continue
      entries.push(...own.entries)
      const key = sortEntry(own.entries)
      if (key !== undefined) sort.push(key)
    }
    entries.push(...wordsOf(resource))
    return { entries, sort }
  }
}

/** As `createExtractor`, by what is defined at the time: another value of it is compiled anew. */
export const createFollowingExtractor = (current: () => Definitions, options: ExtractorOptions = {}): ReturnType<typeof createExtractor> => {
  let latest: { readonly of: Definitions; readonly extract: ReturnType<typeof createExtractor> } | undefined
  return resource => {
    const definitions = current()
    if (latest?.of !== definitions) latest = { of: definitions, extract: createExtractor(definitions, options) }
    return latest.extract(resource)
  }
}

interface Context {
  readonly definitions: Definitions
  readonly bases: readonly string[]
  readonly type: string
}

const compile = (context: Context, parameter: SearchParameter): Extraction => {
  const expression = parameter.expression ?? ''
  const isTrue = EXISTS_AND_NOT_FALSE.exec(expression)?.[1]
  if (isTrue !== undefined) return truth(context, parameter, isTrue)
  if (parameter.type === 'composite') return composite(context, parameter, expression)
  return byRoutes(context, parameter, expression, resourceRoute(context.definitions, context.type))
    ?? byEngine(context, parameter, expression)
}

const byRoutes = (context: Context, parameter: SearchParameter, expression: string, start: Route): Extraction | undefined => {
  const routes = compileRoutes(context.definitions, context.type, expression, start)
  if (routes === undefined) return undefined
  const ways = routes.flatMap(route => {
    const emit = emitterFor(context, parameter, route.type, route.element?.binding)
    return emit === undefined ? [] : [{ steps: route.steps, emit }]
  })
  return (from, add, resource) => {
    for (const { steps, emit } of ways) walk(from, steps, resource, value => { emit(value, add, resource) })
  }
}

const byEngine = (context: Context, parameter: SearchParameter, expression: string): Extraction => {
  const evaluate = engineEvaluator(expression)
  const emitters = new Map<string, Emitter | undefined>()
  return (_from, add, resource) => {
    for (const { type, value } of evaluate(resource)) {
      if (!emitters.has(type)) emitters.set(type, emitterFor(context, parameter, type, undefined))
      emitters.get(type)?.(value, add, resource)
    }
  }
}

/** `Patient.deceased.exists() and Patient.deceased != false`: every Patient has an answer, a date of death is a yes. */
const EXISTS_AND_NOT_FALSE = /^([\w.]+)\.exists\(\) and \1 != false$/

const truth = (context: Context, parameter: SearchParameter, path: string): Extraction => {
  const routes = compileRoutes(context.definitions, context.type, path) ?? []
  const emit = emitterFor(context, parameter, 'boolean', undefined)
  return (from, add, resource) => {
    let holds = false
    for (const { steps } of routes) walk(from, steps, resource, value => { holds ||= value !== false })
    emit?.(holds, add, resource)
  }
}

const composite = (context: Context, parameter: SearchParameter, expression: string): Extraction => {
  const byUrl = new Map([...context.definitions.searchParameters(context.type).values()].map(known => [known.url, known]))
  const ways = (compileRoutes(context.definitions, context.type, expression) ?? []).map(route => ({
    steps: route.steps,
    components: (parameter.components ?? []).map(component => {
      const part = byUrl.get(component.definition)
      return part === undefined ? undefined : byRoutes(context, part, component.expression, { ...route, steps: [] })
    }),
  }))
  return (from, add, resource) => {
    for (const { steps, components } of ways) {
      walk(from, steps, resource, element => {
        combine(add, parameter.code, components.map(component => {
          const own = distinct()
          component?.(element, own.add, resource)
          return combinable(own.entries)
        }))
      })
    }
  }
}

/** Collects entries, each once: a store's row is the entry. */
const distinct = (): { readonly entries: IndexEntry[]; readonly add: Add } => {
  const entries: IndexEntry[] = []
  let keys: Set<string> | undefined
  return {
    entries,
    add(entry) {
      if (entries.length === 0) {
        entries.push(entry)
        return
      }
      if (entries.length >= MAX_ENTRIES_PER_PARAMETER) return
      keys ??= new Set([keyOf(entries[0]!)])
      const key = keyOf(entry)
      if (keys.has(key)) return
      keys.add(key)
      entries.push(entry)
    },
  }
}

/** What tells an entry from others under its parameter; written out, because JSON.stringify was a third of extraction. */
const keyOf = (entry: IndexEntry): string => {
  switch (entry.kind) {
    case 'token': return `${entry.param} ${entry.system} ${entry.code}`
    case 'text': return `text ${entry.text}`
    case 'string': return entry.exact
    case 'date': return `${entry.low} ${entry.high}`
    case 'number': return `${entry.low} ${entry.high} ${entry.value}`
    case 'quantity': return `${entry.low} ${entry.high} ${entry.value} ${entry.system} ${entry.code}`
    case 'reference': return `${entry.type}/${entry.id}/${entry.version}`
    case 'url': return `url ${entry.url}`
    case 'reference-identifier': return `identifier ${entry.system} ${entry.code}`
    case 'uri': return entry.uri
    case 'composite': return entry.parts.map(keyOf).join(' $ ')
    case 'words': return entry.param
    case 'position': return `${entry.latitude} ${entry.longitude}`
  }
}
