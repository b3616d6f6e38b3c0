/**
 * Expanding value sets: from their own compose where every code system it names is complete here, else from
 * HL7's published expansion, else `unknown` with the reason.
 *
 * Sets that select from SNOMED CT, LOINC, UCUM and the like by expression depend on an edition nobody can ship:
 * the published expansions of those are old or cut at 1,000 codes, so they stay `unknown`.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { ValueSet as RawValueSet, ValueSetComposeInclude, ValueSetComposeIncludeFilter } from 'fhir/r4.js'
import type { CodeSystem, ValueSet } from '../definitions.ts'
import { withoutVersion } from '../element.ts'

/** system -> code -> display */
type Codes = Map<string, Map<string, string>>

/** Systems whose members are recognised by their form: language tags and media types. */
const BY_FORM = new Set(['urn:ietf:bcp:47', 'urn:ietf:bcp:13'])

/** A set R4 binds to by the address of its RFC alone (`Expression.language`). */
export const MEDIA_TYPES_RFC = 'http://www.rfc-editor.org/bcp/bcp13.txt'

/** Terminologies with editions: a published expansion of theirs is never taken for the whole truth. */
const WITH_EDITIONS = new Set(['http://snomed.info/sct', 'http://loinc.org', 'http://unitsofmeasure.org',
  'http://www.nlm.nih.gov/research/umls/rxnorm', 'http://hl7.org/fhir/sid/cvx', 'http://hl7.org/fhir/sid/icd-10'])

class CannotExpand extends Error {}

export interface Sources {
  codeSystem(url: string): CodeSystem | undefined
  /** The value set as composed; its imports are found through this too. */
  valueSet(url: string): RawValueSet | undefined
  /** HL7's expansion of it, if one was published. */
  published(url: string): RawValueSet | undefined
}

const add = (into: Codes, system: string, code: string, display: string): void => {
  const codes = into.get(system) ?? new Map<string, string>()
  into.set(system, codes.set(code, display))
}

function descendants(system: CodeSystem, ancestor: string): Set<string> {
  const children = new Map<string, string[]>()
  for (const [child, parents] of system.parents ?? []) {
    for (const parent of parents) children.set(parent, [...children.get(parent) ?? [], child])
  }
  const found = new Set<string>()
  const pending = [ancestor]
  for (let code = pending.pop(); code !== undefined; code = pending.pop()) {
    const unseen = (children.get(code) ?? []).filter(child => !found.has(child))
    for (const child of unseen) found.add(child)
    pending.push(...unseen)
  }
  return found
}

/** Which codes of a system a filter keeps; only filters over the hierarchy and the code itself are computed. */
function keeps(system: CodeSystem, { property, op, value }: ValueSetComposeIncludeFilter): (code: string) => boolean {
  if (property === 'concept' || property === 'code') {
    switch (op) {
      case 'is-a': { const below = descendants(system, value); return code => code === value || below.has(code) }
      case 'descendent-of': { const below = descendants(system, value); return code => below.has(code) }
      case 'is-not-a': { const below = descendants(system, value); return code => code !== value && !below.has(code) }
      case '=': return code => code === value
      case 'in': { const listed = new Set(value.split(',')); return code => listed.has(code) }
      case 'not-in': { const listed = new Set(value.split(',')); return code => !listed.has(code) }
      case 'regex': { const pattern = new RegExp(`^(?:${value})$`); return code => pattern.test(code) }
      case 'generalizes': case 'exists': break
    }
  }
  throw new CannotExpand(`the filter ${property} ${op} "${value}" of ${system.url} cannot be evaluated here`)
}

function fromSystem(include: ValueSetComposeInclude, sources: Sources): Codes | undefined {
  const url = include.system
  if (url === undefined) return undefined
  const into: Codes = new Map()
  const system = sources.codeSystem(url) ?? sources.codeSystem(withoutVersion(url))
  if (include.concept !== undefined) {
    for (const { code, display } of include.concept) add(into, url, code, display ?? system?.codes.get(code) ?? '')
    return into
  }
  if (system === undefined || system.content !== 'complete') {
    throw new CannotExpand(`${url} is not held here as a complete code system`)
  }
  const filters = (include.filter ?? []).map(filter => keeps(system, filter))
  for (const [code, display] of system.codes) {
    if (!system.notSelectable?.has(code) && filters.every(keep => keep(code))) add(into, url, code, display)
  }
  return into
}

const intersection = (left: Codes, right: Codes): Codes => {
  const both: Codes = new Map()
  for (const [system, codes] of left) {
    for (const [code, display] of codes) if (right.get(system)?.has(code)) add(both, system, code, display)
  }
  return both
}

/** Makes the expander: each value set is expanded once, imports included. */
export function expander(sources: Sources): (url: string) => ValueSet {
  const done = new Map<string, ValueSet>()

  function imported(url: string): Codes {
    const set = expand(url)
    if (set.kind === 'expanded') return set.codes as Codes
    const why = set.kind === 'by-form' ? 'cannot be enumerated' : `is unknown: ${set.reason}`
    throw new CannotExpand(`it imports ${set.url}, which ${why}`)
  }

  /** What one include or exclude selects: the system's part and every imported set, intersected. */
  function selected(include: ValueSetComposeInclude): Codes {
    const parts = [fromSystem(include, sources), ...(include.valueSet ?? []).map(url => imported(withoutVersion(url)))]
    return parts.filter(part => part !== undefined).reduce(intersection)
  }

  function composed(raw: RawValueSet): Codes {
    if (raw.compose === undefined) throw new CannotExpand('it has no compose')
    const codes: Codes = new Map()
    for (const include of raw.compose.include) {
      for (const [system, members] of selected(include)) for (const [code, display] of members) add(codes, system, code, display)
    }
    for (const exclude of raw.compose.exclude ?? []) {
      for (const [system, members] of selected(exclude)) for (const code of members.keys()) codes.get(system)?.delete(code)
    }
    return codes
  }

  /** The published expansion, unless it was cut short or depends on an edition. */
  function published(raw: RawValueSet): Codes | undefined {
    const expansion = sources.published(raw.url ?? '')?.expansion
    if (expansion?.contains === undefined || (expansion.total ?? 0) > expansion.contains.length) return undefined
    if (expansion.parameter?.some(({ name, valueBoolean }) => name === 'limitedExpansion' && valueBoolean)) return undefined
    const includes = raw.compose?.include ?? []
    if (includes.some(({ system, concept }) => system && !concept && WITH_EDITIONS.has(system))) return undefined
    const imports = includes.flatMap(({ valueSet = [] }) => valueSet)
    if (imports.some(url => expand(withoutVersion(url)).kind !== 'expanded')) return undefined
    const codes: Codes = new Map()
    for (const { system, code, display } of expansion.contains) if (system && code) add(codes, system, code, display ?? '')
    return codes
  }

  function evaluate(url: string, raw: RawValueSet): ValueSet {
    const systems = raw.compose?.include.map(({ system, concept, filter }) => (concept || filter ? undefined : system)) ?? []
    if (systems.length > 0 && systems.every(system => system !== undefined && BY_FORM.has(system))) {
      return { kind: 'by-form', url, systems: systems as string[] }
    }
    try {
      return { kind: 'expanded', url, codes: composed(raw) }
    } catch (error) {
      if (!(error instanceof CannotExpand)) throw error
      const codes = published(raw)
      return codes === undefined ? { kind: 'unknown', url, reason: error.message } : { kind: 'expanded', url, codes }
    }
  }

  function expand(url: string): ValueSet {
    const found = done.get(url)
    if (found !== undefined) return found
    const raw = sources.valueSet(url)
    if (url === MEDIA_TYPES_RFC) return { kind: 'by-form', url, systems: ['urn:ietf:bcp:13'] }
    if (raw === undefined) return { kind: 'unknown', url, reason: 'it is not held here' }
    done.set(url, { kind: 'unknown', url, reason: 'it imports itself' })
    const set = evaluate(url, raw)
    done.set(url, set)
    return set
  }
  return expand
}
