/**
 * CodeSystems and ValueSets by R4's text: properties of concepts are declared and of the type they are declared in, the
 * count is the number of concepts, a value set names codes that its code system has.
 * https://hl7.org/fhir/R4/codesystem.html#properties
 */
import type { Definitions } from '../definitions/definitions.ts'
import { isObject } from '../fhir/json.ts'
import { nearest } from '../fhir/nearest.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Findings } from './findings.ts'
import { shown } from './shown.ts'

type Json = Readonly<Record<string, unknown>>

/** Defined for all code systems (http://hl7.org/fhir/concept-properties), so used without a declaration. */
const STANDARD: ReadonlySet<unknown> = new Set(['inactive', 'deprecated', 'notSelectable', 'parent', 'child', 'partOf', 'synonym', 'comment', 'itemWeight'])

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Checks a CodeSystem; `path` is its place. */
export const checkCodeSystem = (system: Resource, path: string, findings: Findings): void => {
  const declared = new Map(listOf(system['property']).filter(isObject).map(({ code, type }) => [code, type]))
  let concepts = 0
  const visit = (holder: Json, at: string): void => {
    listOf(holder['concept']).forEach((concept, i) => {
      concepts++
      if (!isObject(concept)) return
      const place = `${at}.concept[${i}]`
      listOf(concept['property']).forEach((property, j) => {
        if (isObject(property)) checkProperty(property, declared, `${place}.property[${j}]`, findings)
      })
      visit(concept, place)
    })
  }
  visit(system, path)
  const { count, content } = system
  if (typeof count === 'number' && content === 'complete' && count !== concepts) {
    findings.add(`${path}.count`, { severity: 'warning', type: 'value', code: 'codesystem-count',
      text: `count is ${count}, but the system is complete with ${concepts} concepts; send that number, or leave "count" out` })
  }
}

const checkProperty = (property: Json, declared: ReadonlyMap<unknown, unknown>, path: string, findings: Findings): void => {
  const { code } = property
  if (typeof code !== 'string') return
  const type = declared.get(code)
  if (type === undefined) {
    if (STANDARD.has(code) || findings.isFull('warning')) return
    findings.add(`${path}.code`, { severity: 'warning', type: 'not-found', code: 'codesystem-property',
      text: `the property ${shown(code)} is not declared; declare it in CodeSystem.property, with its type` })
  } else if (typeof type === 'string' && property[`value${capitalised(type)}`] === undefined && Object.keys(property).some(key => /^value[A-Z]/.test(key))) {
    findings.add(path, { severity: 'error', type: 'value', code: 'codesystem-property',
      text: `the property ${shown(code)} is declared as ${type}; send value${capitalised(type)}` })
  }
}

/** Checks a ValueSet; `path` is its place. */
export const checkValueSet = ({ compose }: Resource, path: string, definitions: Definitions, findings: Findings): void => {
  if (!isObject(compose)) return
  for (const part of ['include', 'exclude']) {
    listOf(compose[part]).forEach((include, i) => {
      if (!isObject(include) || typeof include['system'] !== 'string') return
      const system = definitions.codeSystem(include['system'])
      if (system?.content !== 'complete' || system.codes.size === 0) return
      listOf(include['concept']).forEach((concept, j) => {
        const code = isObject(concept) ? concept['code'] : undefined
        if (typeof code !== 'string' || system.codes.has(code) || !system.caseSensitive || findings.isFull('warning')) return
        const near = findings.suggest(() => nearest(code, system.codes.keys()))
        findings.add(`${path}.compose.${part}[${i}].concept[${j}].code`, { severity: 'warning', type: 'code-invalid', code: 'coding-unknown',
          text: `the code system ${system.url} has no code ${shown(code)}${near === undefined ? '' : `; did you mean "${near}"?`}` })
      })
    })
  }
}
