/**
 * References: is the target of a type that may stand here, and is it one resource type throughout.
 * The type is that of a contained or bundled target, else of the literal reference, else `Reference.type`.
 * https://hl7.org/fhir/R4/references.html
 */
import type { Definitions } from '../definitions/definitions.ts'
import { withArticle } from '../fhir/article.ts'
import { nearest } from '../fhir/nearest.ts'
import { resolveIn, type Scope } from './scope.ts'
import { shown } from './values.ts'

/** `Patient/1`, `https://example.org/fhir/Patient/1/_history/2`: the last `Type/id` of a RESTful literal reference. */
const LITERAL = /(?:^|\/)([A-Z][A-Za-z]*)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/

export interface ReferenceCheck {
  /** Canonicals of what may be referred to. */
  readonly targets: readonly string[]
  /** Rule id: `target:Task.owner`. */
  readonly rule: string
  readonly source: string
}

export interface References {
  check(check: ReferenceCheck, value: unknown, path: string, scope: Scope): void
}

export const compileReferences = (definitions: Definitions): References => {
  const typesOf = new Map<readonly string[], readonly string[]>()

  const allowedTypes = (targets: readonly string[]): readonly string[] => {
    let types = typesOf.get(targets)
    if (types === undefined) {
      types = [...new Set(targets.map(canonical => definitions.structure(canonical)?.type ?? canonical.slice(canonical.lastIndexOf('/') + 1)))]
      typesOf.set(targets, types)
    }
    return types
  }

  const check: References['check'] = ({ targets, rule, source }, value, path, scope) => {
    const { reference, type } = value as { reference?: unknown; type?: unknown }
    const literal = typeof reference === 'string' ? reference : ''
    const stated = typeof type === 'string' && definitions.resourceTypes.has(type) ? type : undefined
    const target = literal === '' ? undefined : resolveIn(scope, literal)
    const written = LITERAL.exec(literal)?.[1]
    const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(literal)
    if (target === undefined && written !== undefined && !isAbsolute && !definitions.resourceTypes.has(written)) {
      const near = nearest(written, definitions.resourceTypes)
      scope.findings.add(`${path}.reference`, { severity: 'error', type: 'value', code: 'reference-type', source,
        text: `${shown(literal)} refers to the type "${written}", which R4 does not have${near === undefined ? '' : `; did you mean "${near}"?`}` })
      return
    }
    const known = written !== undefined && definitions.resourceTypes.has(written) ? written : undefined
    const actual = target?.resourceType ?? known ?? stated
    if (actual === undefined) return
    if (stated !== undefined && stated !== actual) {
      scope.findings.add(`${path}.type`, { severity: 'error', type: 'value', code: 'reference-type', source,
        text: `type is "${stated}" but the reference is to ${withArticle(actual)}; make them the same` })
    }
    const allowed = allowedTypes(targets)
    if (allowed.length === 0 || allowed.includes('Resource') || allowed.includes(actual)) return
    scope.findings.add(path, { severity: 'error', type: 'value', code: rule, source,
      text: `refers to ${withArticle(actual)}; refer to ${allowed.length === 1 ? withArticle(allowed[0]!) : `one of ${allowed.join(', ')}`}` })
  }
  return { check }
}
