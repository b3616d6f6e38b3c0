/**
 * Filters of value sets: which codes of a code system one keeps. All operators of R4, over the hierarchy, the code, its
 * display and every property that the system defines. https://hl7.org/fhir/R4/valueset-filter-operator.html
 *
 * A pattern is somebody else's program: it is stopped when it takes too long.
 */
import { runInNewContext } from 'node:vm'
import type { ValueSetComposeIncludeFilter } from 'fhir/r4.js'
import type { CodeSystem } from './definitions.ts'

/** Why a value set, or a part of one, cannot be expanded here. */
export class CannotExpand extends Error {}

/** A pattern over 50,000 codes takes 5 ms; what takes longer than this backtracks without end. */
const PATTERN_MS = 250

type Keep = (code: string) => boolean

/** @throws CannotExpand where the system does not say what the filter asks */
export function keeps(system: CodeSystem, { property, op, value }: ValueSetComposeIncludeFilter): Keep {
  const cannot = (why: string): CannotExpand =>
    new CannotExpand(`the filter ${property} ${op} "${value.slice(0, 80)}" of ${system.url} cannot be computed here: ${why}`)
  switch (op) {
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes': {
      if (property !== 'concept' && property !== 'code') throw cannot('only concepts have kinds')
      if (system.hierarchyMeaning === 'part-of' || system.hierarchyMeaning === 'classified-with') {
        throw cannot(`what stands below a code there is ${system.hierarchyMeaning}, not is-a`)
      }
      if (!system.codes.has(value)) throw cannot('the system has no such code')
      return byHierarchy(system, op, value)
    }
    case '=': return byValue(system, property, known => known === value, cannot)
    case 'in': {
      const listed = new Set(value.split(',').map(item => item.trim()))
      return byValue(system, property, known => listed.has(known), cannot)
    }
    case 'not-in': {
      const listed = new Set(value.split(',').map(item => item.trim()))
      const isListed = byValue(system, property, known => listed.has(known), cannot)
      return code => !isListed(code)
    }
    case 'exists': {
      if (value !== 'true' && value !== 'false') throw cannot('exists is true or false')
      const has = byValue(system, property, () => true, cannot)
      return code => has(code) === (value === 'true')
    }
    case 'regex': {
      const valuesOf = propertyOf(system, property, cannot)
      const matching = matches(value, [...system.codes.keys()].flatMap(valuesOf), cannot)
      return code => valuesOf(code).some(text => matching.has(text))
    }
    default: throw cannot('R4 has no such operator')
  }
}

type Cannot = (why: string) => CannotExpand

const NONE: readonly string[] = []

/** The values that a code has under a property. */
function propertyOf(system: CodeSystem, property: string, cannot: Cannot): (code: string) => readonly string[] {
  const values = system.properties?.get(property)
  if (values !== undefined) return code => values.get(code) ?? NONE
  switch (property) {
    case 'concept':
    case 'code': return code => [code]
    case 'display': return code => [system.codes.get(code) ?? '']
    case 'parent': return code => system.parents?.get(code) ?? NONE
    case 'child': { const below = childrenOf(system); return code => below.get(code) ?? NONE }
    case 'notSelectable': return code => [String(system.notSelectable?.has(code) ?? false)]
    case 'inactive': return code => [String(system.inactive?.has(code) ?? false)]
  }
  if (system.declared.has(property)) return () => NONE
  throw cannot('the system defines no such property')
}

function byValue(system: CodeSystem, property: string, test: (value: string) => boolean, cannot: Cannot): Keep {
  const valuesOf = propertyOf(system, property, cannot)
  return code => valuesOf(code).some(test)
}

/** The texts that the whole of a pattern fits. */
function matches(pattern: string, texts: readonly string[], cannot: Cannot): ReadonlySet<string> {
  let expression: RegExp
  try {
    expression = new RegExp(`^(?:${pattern})$`)
  } catch {
    throw cannot('it is no regular expression')
  }
  try {
    return new Set(runInNewContext('texts.filter(text => expression.test(text))', { texts, expression }, { timeout: PATTERN_MS }) as string[])
  } catch {
    throw cannot(`it takes longer than ${PATTERN_MS} ms`)
  }
}

function byHierarchy(system: CodeSystem, op: 'is-a' | 'descendent-of' | 'is-not-a' | 'generalizes', value: string): Keep {
  switch (op) {
    case 'generalizes': { const above = reached(system.parents ?? new Map<string, string[]>(), value); return code => code === value || above.has(code) }
    case 'is-a': { const below = reached(childrenOf(system), value); return code => code === value || below.has(code) }
    case 'descendent-of': { const below = reached(childrenOf(system), value); return code => code !== value && below.has(code) }
    case 'is-not-a': { const below = reached(childrenOf(system), value); return code => code !== value && !below.has(code) }
  }
}

function childrenOf(system: CodeSystem): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>()
  for (const [child, parents] of system.parents ?? []) {
    for (const parent of parents) {
      const siblings = children.get(parent)
      if (siblings === undefined) children.set(parent, [child])
      else siblings.push(child)
    }
  }
  return children
}

/** All that is found from a code by going on and on; circles end. */
function reached(next: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> {
  const found = new Set<string>()
  const pending = [from]
  for (let code = pending.pop(); code !== undefined; code = pending.pop()) {
    for (const other of next.get(code) ?? []) {
      if (found.has(other)) continue
      found.add(other)
      pending.push(other)
    }
  }
  return found
}
