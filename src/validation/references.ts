/**
 * References: is the target of a type that may stand here, does it meet the profile asked of it, and is it one resource
 * type throughout. The type is that of a contained or bundled target, else of the literal reference, else
 * `Reference.type`; only a target that is here can be held against a profile. https://hl7.org/fhir/R4/references.html
 */
import type { Definitions } from '../definitions/definitions.ts'
import { keeping } from '../definitions/kept.ts'
import { withArticle } from '../fhir/article.ts'
import { nearest } from '../fhir/nearest.ts'
import { anyAnswer, containedById, resolveIn, type Scope } from './scope.ts'
import { shownReference } from './shown.ts'

/** `Patient/1`, `https://example.org/fhir/Patient/1/_history/2`: the last `Type/id` of a RESTful literal reference. */
const LITERAL = /(?:^|\/)([A-Z][A-Za-z]*)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/

/** The resource type that a literal reference names, whether R4 has it or not. */
export const typeNamedBy = (literal: string): string | undefined => LITERAL.exec(literal)?.[1]

/** One of these a reference should have. */
const PARTS = ['reference', 'identifier', 'display', 'extension', '_reference', '_display']

export interface ReferenceCheck {
  /** Canonicals of what may be referred to. */
  readonly targets: readonly string[]
  /** Rule id: `target:Task.owner`. */
  readonly rule: string
  readonly source: string
}

export interface References {
  /** A literal reference by itself: what only the Bundle around can resolve is there, and a search only in a transaction. */
  checkLiteral(value: Record<string, unknown>, path: string, scope: Scope): void
  check(check: ReferenceCheck, value: Readonly<Record<string, unknown>>, path: string, scope: Scope): void
  /** A canonical that begins with `#` names a contained resource; `targets` are those of its element. */
  checkLocalCanonical(targets: readonly string[] | undefined, value: string, path: string, scope: Scope): void
}

/** What may be referred to by type: the profiles of which the target must meet one, none where any will do. */
type Allowed = ReadonlyMap<string, readonly string[]>

const NOWHERE: readonly string[] = []

export const compileReferences = (definitions: Definitions): References => {
  const allowedBy = keeping((targets: readonly string[], from): Allowed => {
    const allowed = new Map<string, readonly string[]>()
    for (const canonical of targets) {
      const structure = from.structure(canonical)
      const type = structure?.type ?? canonical.slice(canonical.lastIndexOf('/') + 1)
      const before = allowed.get(type)
      allowed.set(type, structure?.derivation !== 'constraint' || before?.length === 0 ? [] : [...before ?? [], canonical])
    }
    return allowed
  })

  const check: References['check'] = ({ targets, rule, source }, value, path, scope) => {
    const { reference, type } = value
    const literal = typeof reference === 'string' ? reference : ''
    const stated = typeof type === 'string' && definitions.resourceTypes.has(type) ? type : undefined
    const target = literal === '' ? undefined : resolveIn(scope, literal)
    const written = typeNamedBy(literal)
    const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(literal)
    if (target === undefined && written !== undefined && !isAbsolute && !definitions.resourceTypes.has(written)) {
      const near = nearest(written, definitions.resourceTypes)
      scope.findings.add(`${path}.reference`, { severity: 'error', type: 'value', code: 'reference-type', source,
        text: `${shownReference(literal)} refers to the type "${written}", which R4 does not have${near === undefined ? '' : `; did you mean "${near}"?`}` })
      return
    }
    const actual = target?.resource.resourceType ?? (written !== undefined && definitions.resourceTypes.has(written) ? written : stated)
    if (actual === undefined) return
    if (stated !== undefined && stated !== actual) {
      scope.findings.add(`${path}.type`, { severity: 'error', type: 'value', code: 'reference-type', source,
        text: `type is "${stated}" but the reference is to ${withArticle(actual)}; make them the same` })
    }
    const allowed = allowedBy(targets, definitions)
    if (allowed.size === 0 || allowed.has('Resource')) return
    const profiles = allowed.get(actual)
    if (profiles === undefined) {
      const types = [...allowed.keys()]
      scope.findings.add(path, { severity: 'error', type: 'value', code: rule, source,
        text: `refers to ${withArticle(actual)}; refer to ${types.length === 1 ? withArticle(types[0]!) : `one of ${types.join(', ')}`}` })
    } else if (profiles.length > 0) {
      const profileRule = rule.replace('target:', 'target-profile:')
      if (target !== undefined) checkProfiles(profiles, target, { rule: profileRule, source }, path, scope)
      else if (isAbsolute || !profiles.some(scope.knowledge.isAssured)) notChecked(profiles, { rule: profileRule, source }, path, scope)
    }
  }

  const checkProfiles = (
    profiles: readonly string[], target: Scope, { rule, source }: Pick<ReferenceCheck, 'rule' | 'source'>, path: string, scope: Scope,
  ): void => {
    const answer = anyAnswer(profiles, profile => scope.knowledge.conforms(profile, target.resource, target))
    if (answer === undefined) notChecked(profiles, { rule, source }, path, scope)
    else if (!answer) {
      scope.findings.add(path, { severity: 'error', type: 'value', code: rule, source,
        text: `the ${target.resource.resourceType} this refers to does not meet ${profiles.join(' or ')}; correct that resource (validate it with this profile to see what it lacks), or refer to another` })
    }
  }

  const notChecked = (profiles: readonly string[], { rule, source }: Pick<ReferenceCheck, 'rule' | 'source'>, path: string, { findings }: Scope): void =>
    findings.once(rule, path, { severity: 'information', type: 'informational', code: `not-checked:${rule}`, source,
      text: `whether the resource this refers to meets ${profiles.join(' or ')} is not checked: it is not contained, nor in the same Bundle` })

  const checkLiteral: References['checkLiteral'] = (value, path, scope) => {
    const { reference } = value
    if (PARTS.every(part => value[part] === undefined)) {
      scope.findings.add(path, { severity: 'warning', type: 'incomplete', code: 'reference-empty',
        text: 'this refers to nothing; send "reference", "identifier" or "display"' })
    }
    if (typeof reference !== 'string' || reference === '') return
    const type = scope.bundle?.type
    if (scope.bundle !== undefined && /^urn:(?:uuid|oid):/i.test(reference)) {
      if (resolveIn(scope, reference) !== undefined) return
      // these are read as one whole; others show what is stored somewhere, or a part of it, or follow what was sent before
      const isWhole = type === 'transaction' || type === 'document'
      scope.findings.add(`${path}.reference`, { severity: isWhole ? 'error' : 'warning', type: 'not-found', code: 'reference-unresolved',
        text: `${shownReference(reference)} is the fullUrl of no entry of this Bundle, and nobody else knows it; add that entry, or refer to a server's Type/id` })
    } else if (/^[A-Z][A-Za-z]+\?/.test(reference)) {
      if (type === 'transaction' || type === 'batch') return
      // a resource by itself may be on its way into a transaction; the write says whether it is
      scope.findings.add(`${path}.reference`, { severity: scope.bundle === undefined ? 'warning' : 'error', type: 'value', code: 'reference-conditional',
        text: 'a search may stand for a reference only in a transaction; send Type/id, or the fullUrl of an entry' })
    } else if (!/^#|^[a-z][a-z0-9+.-]*:/i.test(reference) && typeNamedBy(reference) === undefined) {
      // examples of UK Core name a bare id: nobody can follow it, and R4 asks a form only of what is on a server
      scope.findings.add(`${path}.reference`, { severity: 'warning', type: 'value', code: 'reference-form',
        text: 'this is neither Type/id nor absolute nor #id, so nobody can follow it; send Type/id, the fullUrl of an entry, or an "identifier"' })
    }
  }

  const checkLocalCanonical: References['checkLocalCanonical'] = (targets, value, path, scope) => {
    const target = value.length > 1 ? containedById(scope).get(value.slice(1)) : scope.rootResource
    if (target === undefined) {
      scope.findings.add(path, { severity: 'error', type: 'not-found', code: 'canonical-contained',
        text: `${value.slice(0, 65)} names a contained resource that is not there; add it to "contained", or send the canonical URL` })
      return
    }
    const allowed = allowedBy(targets ?? NOWHERE, definitions)
    if (allowed.size === 0 || allowed.has('Resource') || allowed.has(target.resourceType)) return
    scope.findings.add(path, { severity: 'error', type: 'value', code: 'canonical-contained',
      text: `${value.slice(0, 65)} is ${withArticle(target.resourceType)}; name ${[...allowed.keys()].map(withArticle).join(' or ')}` })
  }
  return { check, checkLiteral, checkLocalCanonical }
}
