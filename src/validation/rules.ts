/**
 * Holding a value against a compiled profile: the rules are walked, not the JSON, so only what a profile adds costs time.
 * https://hl7.org/fhir/R4/profiling.html
 */
import { withArticle } from '../fhir/article.ts'
import { isObject, isSameJson } from '../fhir/json.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Bindings } from './bindings.ts'
import { DEFAULT_SLICE, type ElementRule, type Profile, type SliceRule, type SlicingRule } from './compile.ts'
import { checkInvariants } from './invariants.ts'
import type { References } from './references.ts'
import { isResource, type Scope } from './scope.ts'
import { shown, shownOf } from './shown.ts'
import { namesOf, type Property } from './types.ts'
import { compareValues, meetsPattern } from './values.ts'

export interface RuleParts {
  readonly bindings: Bindings
  readonly references: References
  readonly meetProfiles: (profiles: readonly string[], value: unknown, path: string, scope: Scope) => void
}

/** One value of an element, with the object that holds a primitive's extensions. */
interface Item {
  readonly value: unknown
  readonly shadow: unknown
  readonly type: string
  readonly path: string
}

export type MeetProfile = (profile: Profile, value: unknown, path: string, scope: Scope) => void

export const createRules = ({ bindings, references, meetProfiles }: RuleParts): MeetProfile => {
  const meetAll = (rules: readonly ElementRule[], container: Record<string, unknown>, path: string, scope: Scope): void => {
    if (scope.findings.isFull()) return
    for (const rule of rules) {
      const items = itemsOf(rule, container, path)
      checkCount(rule, items, path, scope)
      for (const item of items) meet(rule, item, scope)
      if (rule.slicing) meetSlices(rule, rule.slicing, items, path, scope)
    }
  }

  const meet = (rule: ElementRule, item: Item, scope: Scope): void => {
    const { value, shadow, type, path } = item
    const { findings } = scope
    // a rule on the element itself still sees the resource around as %resource
    const inner = type === 'Resource' && isResource(value) ? within(value, rule, scope) : scope
    const { id, source } = rule
    const wrong = (code: string, text: string): void => findings.add(path, { severity: 'error', type: 'value', code, text, source })

    if (rule.types && !rule.types.includes(typeOf(item))) {
      wrong(`type:${id}`, `found ${withArticle(typeOf(item))}; ${source} allows ${rule.types.join(', ')} here`)
      return
    }
    if (value !== undefined) {
      if ('fixed' in rule && !isSameJson(value, rule.fixed)) wrong(`fixed:${id}`, `found ${shownOf(type, value, 'another value')}; it must be exactly ${shown(rule.fixed)}`)
      if ('pattern' in rule && !meetsPattern(value, rule.pattern)) wrong(`pattern:${id}`, `found ${shownOf(type, value, 'another value')}; it must ${isObject(rule.pattern) ? 'have all of' : 'be'} ${shown(rule.pattern)}`)
      if ('minValue' in rule && (compareValues(value, rule.minValue) ?? 0) < 0) wrong(`min-value:${id}`, `found ${shownOf(type, value, 'another value')}; the least allowed is ${shown(rule.minValue)}`)
      if ('maxValue' in rule && (compareValues(value, rule.maxValue) ?? 0) > 0) wrong(`max-value:${id}`, `found ${shownOf(type, value, 'another value')}; the greatest allowed is ${shown(rule.maxValue)}`)
      if (rule.maxLength !== undefined && typeof value === 'string' && [...value].length > rule.maxLength) {
        wrong(`max-length:${id}`, `the text has ${[...value].length} characters; at most ${rule.maxLength} are allowed`)
      }
      if (rule.binding) {
        // a profile's own value set takes the place of one that the base only recommends
        findings.withdraw(`binding:${rule.base.definition.id}`, path)
        bindings.check(rule.binding, value, type, path, findings)
      }
      if (rule.reference && type === 'Reference' && isObject(value)) references.check(rule.reference, value, path, scope)
      for (const { type: profiled, canonicals } of rule.profiles ?? []) {
        if (profiled === typeOf(item)) meetProfiles(canonicals, value, path, inner)
      }
      const invariants = rule.invariants?.get(type)
      if (invariants) checkInvariants(invariants, value, path, scope)
    }
    const inside = isObject(value) ? value : isObject(shadow) ? shadow : undefined
    if (rule.children) meetAll(rule.children, inside ?? {}, path, inner)
  }

  const within = (resource: Resource, { base }: ElementRule, outer: Scope): Scope =>
    ({ ...outer, resource, rootResource: base.name === 'contained' ? outer.rootResource : resource })

  const checkCount = (rule: ElementRule, items: readonly Item[], path: string, { findings }: Scope): void => {
    const { id, source, base } = rule
    const { path: element } = base.definition
    if (rule.min !== undefined && items.length < rule.min) {
      findings.add(path, { severity: 'error', type: 'required', code: `min:${id}`, source,
        text: `${items.length === 0 ? `${element} is missing` : `found ${items.length} of ${element}`}; ${source} needs ${rule.min === 1 ? 'it' : `at least ${rule.min}`}; add ${namesOf(base, base.isChoice ? rule.types : undefined)}` })
    }
    if (rule.max !== undefined && items.length > rule.max) {
      findings.add(items[rule.max]?.path ?? path, { severity: 'error', type: 'structure', code: `max:${id}`, source,
        text: `found ${items.length} of ${element}; ${source} allows ${rule.max === 0 ? 'none' : `at most ${rule.max}`}; remove ${rule.max === 0 ? 'it' : 'the others'}` })
    }
  }

  const meetSlices = (rule: ElementRule, { slices, rules, ordered, isPartial }: SlicingRule, items: readonly Item[], path: string, scope: Scope): void => {
    const { findings } = scope
    const { source, base } = rule
    const wrong = (at: string, code: string, text: string): void =>
      findings.add(at, { severity: 'error', type: 'structure', code: `${code}:${rule.id}`, source, text })
    const bySlice = slices.map((): Item[] => [])
    const undecided = new Set<string>()
    let furthest = -1
    let openedAt: Item | undefined
    for (const item of items) {
      const doubtful: string[] = []
      const index = slices.findIndex(({ name, mark }) => {
        if (name === DEFAULT_SLICE && doubtful.length > 0) return false
        const answer = mark.matches({ value: item.value, type: item.type }, scope)
        if (answer === undefined) doubtful.push(name)
        return answer === true
      })
      for (const name of doubtful) {
        undecided.add(name)
        findings.once(`slice ${source} ${rule.id}:${name}`, item.path, { severity: 'information', type: 'informational', code: `not-checked:${rule.id}:${name}`, source,
          text: `whether this is the slice ${name} of ${source} cannot be decided here; it was not checked as one` })
      }
      if (index < 0) {
        if (doubtful.length > 0 || isPartial) continue
        if (rules === 'closed' && rule.types === undefined) wrong(item.path, 'slice-closed', `this ${base.name} is none of those ${source} allows (${slices.map(inWords).join('; ')}); remove it or make it one of them`)
        openedAt ??= item
        continue
      }
      bySlice[index]!.push(item)
      if (ordered && index < furthest) {
        wrong(item.path, 'slice-order', `the slice ${slices[index]!.name} must come before ${slices[furthest]!.name}; change the order`)
      }
      if (rules === 'openAtEnd' && openedAt !== undefined) {
        wrong(openedAt.path, 'slice-order', `a ${base.name} that is none of the slices of ${source} must come after all of them; move it to the end`)
        openedAt = undefined
      }
      furthest = Math.max(furthest, index)
    }
    slices.forEach((slice, i) => {
      const { name, rule: own } = slice
      const members = bySlice[i]!
      if (own.min !== undefined && members.length < own.min && !undecided.has(name)) {
        findings.add(path, { severity: 'error', type: 'required', code: `slice-min:${own.id}`, source,
          text: `found ${members.length === 0 ? 'no' : members.length} ${base.name} ${inWords(slice)}; ${source} needs ${own.min === 1 ? 'one' : `at least ${own.min}`}; add what is missing` })
      }
      if (own.max !== undefined && members.length > own.max) {
        findings.add(members[own.max]!.path, { severity: 'error', type: 'structure', code: `slice-max:${own.id}`, source,
          text: `found ${members.length} ${base.name} ${inWords(slice)}; ${source} allows ${own.max === 0 ? 'none' : `at most ${own.max}`}; remove ${own.max === 0 ? 'it' : 'the others'}` })
      }
      for (const item of members) meet(own, item, scope)
      if (own.slicing) meetSlices(own, own.slicing, members, path, scope)
    })
  }

  return ({ children, invariants }, value, path, scope) => {
    if (isObject(value)) meetAll(children, value, path, scope)
    checkInvariants(invariants, value, path, scope)
  }
}

/** The type in the profile's words: of a resource its own. */
const typeOf = ({ value, type }: Item): string =>
  type === 'Resource' && isObject(value) && typeof value['resourceType'] === 'string' ? value['resourceType'] : type

/** `"nhsNumber" (system "https://fhir.nhs.uk/Id/nhs-number")` */
const inWords = ({ name, mark: { told } }: SliceRule): string => (told === '' ? `"${name}"` : `"${name}" (${told})`)

const itemsOf = ({ base }: ElementRule, container: Record<string, unknown>, path: string): readonly Item[] => {
  const items: Item[] = []
  if (base.properties.length === 1) {
    const property = base.properties[0]!
    addItems(property, container[property.json], property.primitive && container[`_${property.json}`], path, items)
    return items
  }
  // a choice has up to 50 names, the object few: go by what is there
  for (const key in container) {
    const property = base.byName.get(key)
    const shadowed = property === undefined && key.startsWith('_') ? base.byName.get(key.slice(1)) : undefined
    if (property) addItems(property, container[key], property.primitive && container[`_${key}`], path, items)
    else if (shadowed?.primitive && container[shadowed.json] === undefined) addItems(shadowed, undefined, container[key], path, items)
  }
  return items
}

const addItems = ({ step, type }: Property, found: unknown, shadow: unknown, path: string, items: Item[]): void => {
  // null is no value of anything, which the walk tells
  const value = found ?? undefined
  if (value === undefined && shadow === undefined) return
  const here = `${path}.${step}`
  if (!Array.isArray(value) && !Array.isArray(shadow)) {
    items.push({ value, shadow, type, path: here })
    return
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : []
  const shadows: readonly unknown[] = Array.isArray(shadow) ? shadow : []
  for (let i = 0; i < Math.max(values.length, shadows.length); i++) {
    items.push({ value: values[i] ?? undefined, shadow: shadows[i] ?? undefined, type, path: `${here}[${i}]` })
  }
}
