/**
 * Invariants written by hand because they run on very many elements (a compiled FHIRPath expression takes 2-10 µs,
 * these some 20 ns), or because FHIRPath compares all with all (csd-1, que-2).
 *
 * Keyed by rule and by its expression as R4 4.0.1 (or the hub's own profile) publishes it, so that another rule of the same key is compiled;
 * `test/validation/handwritten.test.ts` holds each against the compiled form.
 */
import { isObject } from '../fhir/json.ts'
import { bundleRules } from './handwritten-bundles.ts'
import { elementRules } from './handwritten-elements.ts'
import { questionnaireRules } from './handwritten-questionnaires.ts'
import { referralRules } from './handwritten-referral.ts'
import { containedById, type Scope } from './scope.ts'
import { compareDates, compareValues } from './values.ts'

type Json = Record<string, unknown>
/** Whether the rule is met; undefined where that cannot be known here. */
export type Check = (value: unknown, scope: Scope) => boolean | undefined

const has = (value: Json, name: string): boolean => value[name] !== undefined || value[`_${name}`] !== undefined
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const containedIn = (value: Json): readonly Json[] =>
  Array.isArray(value['contained']) ? (value['contained'] as readonly unknown[]).filter(isObject) : []

/** `#id` of everything in `value` that refers inside its resource, whether by Reference or by canonical, uri or url. */
const localReferences = (value: unknown, into: Set<string>): void => {
  if (typeof value === 'string') {
    if (value.startsWith('#')) into.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) localReferences((value as Json)[key], into)
  }
}

const everyContainedIsReferenced: Check = value => {
  const contained = containedIn(value as Json)
  if (contained.length === 0) return true
  const referenced = new Set<string>()
  localReferences(value, referenced)
  return contained.every(resource => {
    if (referenced.has(`#${String(resource['id'])}`)) return true
    const own = new Set<string>()
    localReferences(resource, own)
    return own.has('#')
  })
}

/** Every object within, at any depth. */
const visit = (value: unknown, see: (object: Json) => void): void => {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) see(value as Json)
  for (const member of Object.values(value)) visit(member, see)
}

/** Whether what `pick` finds in all objects within is there once. FHIRPath compares each with each: minutes for 5 MB. */
const isDistinctWithin = (pick: (object: Json) => readonly unknown[]): Check => value => {
  const seen = new Set<unknown>()
  let isDistinct = true
  visit(value, object => {
    for (const found of pick(object)) {
      if (found === undefined) continue
      if (seen.has(found)) isDistinct = false
      seen.add(found)
    }
  })
  return isDistinct
}

/** Key, then the published expression, then the check. */
export type HandwrittenRule = readonly [key: string, expression: string, check: Check]

const rules: readonly HandwrittenRule[] = [
  ...bundleRules,
  ...elementRules,
  ...questionnaireRules,
  ...referralRules,
  ['dom-2', 'contained.contained.empty()', value => containedIn(value as Json).every(contained => !has(contained, 'contained'))],
  ['dom-3', `contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()`,
    everyContainedIsReferenced],
  ['dom-4', 'contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()',
    value => containedIn(value as Json).every(({ meta }) => !isObject(meta) || (!has(meta, 'versionId') && !has(meta, 'lastUpdated')))],
  ['dom-5', 'contained.meta.security.empty()',
    value => containedIn(value as Json).every(({ meta }) => !isObject(meta) || !has(meta, 'security'))],
  ['dom-6', 'text.`div`.exists()', value => isObject((value as Json)['text']) && has((value as { text: Json }).text, 'div')],
  ['ref-1', `reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))`,
    (value, scope) => {
      const reference = textOf((value as Json)['reference'])
      return reference === undefined || !reference.startsWith('#') || reference === '#' || containedById(scope).has(reference.slice(1))
    }],
  ['per-1', 'start.hasValue().not() or end.hasValue().not() or (start <= end)', value => {
    const [start, end] = [textOf((value as Json)['start']), textOf((value as Json)['end'])]
    return start === undefined || end === undefined || (compareDates(start, end) ?? 0) <= 0
  }],
  ['rng-2', 'low.empty() or high.empty() or (low <= high)', value => {
    const { low, high } = value as Json
    return (compareValues(low, high) ?? 0) <= 0
  }],
  ['cpt-2', 'value.empty() or system.exists()', value => !has(value as Json, 'value') || has(value as Json, 'system')],
  ['qty-3', 'code.empty() or system.exists()', value => !has(value as Json, 'code') || has(value as Json, 'system')],
  ['pat-1', 'name.exists() or telecom.exists() or address.exists() or organization.exists()',
    value => ['name', 'telecom', 'address', 'organization'].some(name => has(value as Json, name))],
  ['att-1', 'data.empty() or contentType.exists()', value => !has(value as Json, 'data') || has(value as Json, 'contentType')],
  ['obs-6', 'dataAbsentReason.empty() or value.empty()',
    value => !has(value as Json, 'dataAbsentReason') || !Object.keys(value as Json).some(key => /^_?value[A-Z]/.test(key))],
  ['obs-7', 'value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()', (value, scope) => {
    const observation = value as Json
    if (!Array.isArray(observation['component']) || !Object.keys(observation).some(key => /^_?value[A-Z]/.test(key))) return true
    const own = new Set(codingsOf(scope.resource['code']).map(coding => JSON.stringify(sorted(coding))))
    return (observation['component'] as readonly unknown[]).filter(isObject)
      .every(({ code }) => codingsOf(code).every(coding => !own.has(JSON.stringify(sorted(coding)))))
  }],
  ['bdl-7', `(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()`, value => {
    const { type, entry } = value as { type?: unknown; entry?: unknown }
    if (type === 'history' || !Array.isArray(entry)) return true
    const keys = (entry as readonly unknown[]).filter(isObject).filter(({ fullUrl }) => fullUrl !== undefined)
      .map(({ fullUrl, resource }) => `${String(fullUrl)}${isObject(resource) && isObject(resource['meta']) ? textOf(resource['meta']['versionId']) ?? '' : ''}`)
    return new Set(keys).size === keys.length
  }],
  ['csd-1', 'concept.code.combine($this.descendants().concept.code).isDistinct()', isDistinctWithin(({ concept }) =>
    (Array.isArray(concept) ? (concept as readonly unknown[]).filter(isObject).map(({ code }) => code) : []))],
  ['que-2', 'descendants().linkId.isDistinct()', isDistinctWithin(({ linkId }) => [linkId])],
]

const codingsOf = (concept: unknown): readonly Json[] =>
  isObject(concept) && Array.isArray(concept['coding']) ? (concept['coding'] as readonly unknown[]).filter(isObject) : []
const sorted = (value: Json): Json => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

const checks = new Map(rules.map(([key, expression, check]) => [`${key} ${expression}`, check]))

/** The check written for this rule, if there is one. */
export const handwritten = (key: string, expression: string): Check | undefined => checks.get(`${key} ${expression}`)

/** Key and expression of each, for the test that compares them with FHIRPath. */
export const handwrittenRules: readonly (readonly [key: string, expression: string])[] = rules.map(([key, expression]) => [key, expression])
