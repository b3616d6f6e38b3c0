/**
 * FHIRPath expressions of search parameters, those simple enough to walk JSON directly: dotted paths, unions, `as` and
 * `ofType`, `extension(url)`, an index, `where(resolve() is T)`, `where(hasExtension(url))`, `where(element = 'literal')`.
 *
 * A route knows the type it ends in, so what is extracted never has to guess. All of R4's expressions but one compile
 * here; for others `compileRoutes` answers undefined and `fhirpath.js` evaluates them (search/engine.ts).
 */
import type { Definitions, ElementDefinition, StructureDefinition } from '../definitions/definitions.ts'

export type Step =
  /** A JSON property; arrays are entered. */
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  /** Reference whose target is of the type, as far as its literal, its `type` or a contained resource says. */
  | { readonly kind: 'resolves-to'; readonly type: string }
  | { readonly kind: 'equals'; readonly property: string; readonly value: string }
  /** The extension of this url; of an element that holds it, with `has-extension`. */
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'has-extension'; readonly url: string }
  /** Back to the resource itself, `%resource`. */
  | { readonly kind: 'resource' }

export interface Route {
  readonly steps: readonly Step[]
  /** R4 type of the values: `CodeableConcept`, `code`, `BackboneElement`; a resource type or `Resource`. */
  readonly type: string
  /** The element, where the route ends in one: its binding gives a code its implicit system. */
  readonly element: ElementDefinition | undefined
  /** Where navigation goes on: structure and path of the element's children. */
  readonly structure: StructureDefinition | undefined
  readonly path: string
}

/** Where a relative expression (of a composite's component) starts. */
export const resourceRoute = (definitions: Definitions, type: string): Route => ({
  steps: [], type, element: undefined, structure: definitions.type(type), path: type,
})

/**
 * Routes of an expression from `start`, for resources of `resourceType`; branches of other types are left out.
 * Undefined when the expression uses more of FHIRPath than is walked here.
 */
export const compileRoutes = (
  definitions: Definitions, resourceType: string, expression: string, start = resourceRoute(definitions, resourceType),
): readonly Route[] | undefined => {
  try {
    const reader = new Reader(definitions, resourceType, start, tokens(expression))
    const routes = reader.union()
    reader.end()
    const seen = new Set<string>()
    return routes.filter(route => {
      const key = JSON.stringify([route.steps, route.type])
      return seen.has(key) ? false : seen.add(key)
    })
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

class Unsupported extends Error {}

const TOKEN = /\s*(?:(%resource|\$this|'[^'\\]*'|[A-Za-z_]\w*|\d+|[().|[\]=])|(\S))/gy

const tokens = (expression: string): string[] => {
  const found: string[] = []
  for (const [, token, other] of expression.trim().matchAll(TOKEN)) {
    if (token === undefined) throw new Unsupported(other)
    found.push(token)
  }
  return found
}

const literal = (token: string): string => {
  if (!token.startsWith('\'')) throw new Unsupported(token)
  return token.slice(1, -1)
}

/** Recursive descent over the tokens; each method reads one production and answers the routes it stands for. */
class Reader {
  private readonly definitions: Definitions
  private readonly resourceType: string
  private readonly start: Route
  private readonly tokens: readonly string[]
  private at = 0

  constructor(definitions: Definitions, resourceType: string, start: Route, tokens: readonly string[]) {
    this.definitions = definitions
    this.resourceType = resourceType
    this.start = start
    this.tokens = tokens
  }

  end(): void {
    if (this.at < this.tokens.length) throw new Unsupported(this.tokens[this.at])
  }

  union(): Route[] {
    const routes = this.typed()
    while (this.accept('|')) routes.push(...this.typed())
    return routes
  }

  private typed(): Route[] {
    const routes = this.path()
    return this.accept('as') ? ofType(this.definitions, routes, this.next()) : routes
  }

  private path(): Route[] {
    let routes = this.primary()
    for (;;) {
      if (this.accept('[')) {
        const at = Number(this.next())
        this.expect(']')
        routes = routes.map(route => ({ ...route, steps: [...route.steps, { kind: 'index', at }] }))
      } else if (this.accept('.')) {
        routes = this.step(routes, this.next())
      } else {
        return routes
      }
    }
  }

  private primary(): Route[] {
    if (this.accept('(')) {
      const routes = this.union()
      this.expect(')')
      return routes
    }
    const name = this.next()
    if (name === '$this') return [this.start]
    if (name === '%resource') {
      const root = resourceRoute(this.definitions, this.resourceType)
      return [{ ...root, steps: [{ kind: 'resource' }] }]
    }
    if (name === this.resourceType || name === 'Resource' || name === 'DomainResource') {
      return [resourceRoute(this.definitions, this.resourceType)]
    }
    if (/^[A-Z]/.test(name)) return []
    return this.step([this.start], name)
  }

  private step(routes: readonly Route[], name: string): Route[] {
    if (!this.accept('(')) return routes.flatMap(route => property(this.definitions, route, name))
    const after = this.call(routes, name)
    this.expect(')')
    return after
  }

  private call(routes: readonly Route[], name: string): Route[] {
    switch (name) {
      case 'as':
      case 'ofType': return ofType(this.definitions, routes, this.next())
      case 'extension': {
        const url = literal(this.next())
        if (routes.some(route => route.structure?.kind === 'primitive-type')) throw new Unsupported(name)
        const structure = this.definitions.type('Extension')
        return routes.map(({ steps }) => ({
          steps: [...steps, { kind: 'property', name: 'extension' }, { kind: 'extension', url }],
          type: 'Extension', element: undefined, structure, path: 'Extension',
        }))
      }
      case 'where': {
        const step = this.criterion()
        return routes.map(route => ({ ...route, steps: [...route.steps, step] }))
      }
      default: throw new Unsupported(name)
    }
  }

  private criterion(): Step {
    const property = this.next()
    if (property === 'resolve') {
      for (const token of ['(', ')', 'is']) this.expect(token)
      return { kind: 'resolves-to', type: this.next() }
    }
    if (property === 'hasExtension') {
      this.expect('(')
      const url = literal(this.next())
      this.expect(')')
      return { kind: 'has-extension', url }
    }
    this.expect('=')
    return { kind: 'equals', property, value: literal(this.next()) }
  }

  private next(): string {
    const token = this.tokens[this.at++]
    if (token === undefined) throw new Unsupported('end')
    return token
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private expect(token: string): void {
    if (!this.accept(token)) throw new Unsupported(token)
  }
}

/**
 * Routes to values of the type or of one derived from it: a canonical is a uri.
 * R4 itself writes `as(DateTime)`, so case does not count.
 */
export const ofType = (definitions: Definitions, routes: readonly Route[], asked: string): Route[] => {
  const wanted = asked.toLowerCase()
  const isWanted = (type: string | undefined): boolean =>
    type !== undefined && (type.toLowerCase() === wanted || isWanted(definitions.type(type)?.baseDefinition?.split('/').pop()))
  return routes.filter(route => isWanted(route.type))
}

/** What a primitive holds besides its value stands beside it in JSON, where a walk does not look. */
const property = (definitions: Definitions, route: Route, name: string): Route[] => {
  if (route.structure?.kind === 'primitive-type') throw new Unsupported(name)
  const children = childRoutes(definitions, route, name)
  if (children.length === 0) throw new Unsupported(name)
  return children
}

/** The routes of a child element; a choice has one per type, under its own JSON name. None: there is no such element. */
export const childRoutes = (definitions: Definitions, route: Route, name: string): Route[] => {
  const { structure, path, steps } = route
  if (structure === undefined) return []
  const plain = structure.elements.find(element => element.path === `${path}.${name}`)
  const element = plain ?? structure.elements.find(candidate => candidate.path === `${path}.${name}[x]`)
  if (element === undefined) return []
  if (element.contentReference !== undefined) {
    const target = structure.elements.find(candidate => candidate.id === element.contentReference)
    return [{
      steps: [...steps, { kind: 'property', name }], type: 'BackboneElement', element, structure,
      path: target?.path ?? element.contentReference,
    }]
  }
  return (element.types ?? []).map(({ code }) => {
    const type = code.startsWith('http://hl7.org/fhirpath/') ? 'string' : code
    const inline = type === 'BackboneElement' || type === 'Element'
    return {
      steps: [...steps, { kind: 'property', name: plain === undefined ? name + type[0]!.toUpperCase() + type.slice(1) : name }],
      type, element,
      structure: inline ? structure : definitions.type(type),
      path: inline ? element.path : type,
    }
  })
}
