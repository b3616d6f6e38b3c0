/**
 * Extensions: one that is known here must meet its own definition and stand where that allows it; one that is not
 * is allowed and said so, but a modifier extension nobody here understands is refused, because it may turn the
 * meaning of what it stands on. https://hl7.org/fhir/R4/extensibility.html
 */
import type { Definitions, StructureDefinition } from '../definitions/definitions.ts'
import { nearest } from '../fhir/nearest.ts'
import { compileExpression, type Evaluate } from './fhirpath.ts'
import { ABSOLUTE } from './meaning.ts'
import type { Scope } from './scope.ts'
import { shown } from './shown.ts'

/** What an extension stands on: `Patient.telecom.system`, `ContactPoint.system`, its type. */
export interface Host {
  readonly value: unknown
  readonly elementPath: string
  readonly typePath: string
  readonly type: string
  /** Of the extension that it is a part of. */
  readonly url: unknown
}

export interface Extensions {
  check(extension: Record<string, unknown>, path: string, host: Host, isModifier: boolean, scope: Scope): void
}

/**
 * Where R4's own definitions carry an extension beside its published context: StructureDefinition/string has the first two
 * on `type`, ValueSet/administrative-gender and CodeSystem/administrative-gender the third, StructureDefinition/Element on
 * its elements. Every snapshot has the first, so without this none could be sent.
 */
const ALSO_ON: Readonly<Record<string, readonly string[]>> = {
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type': ['ElementDefinition.type'],
  'http://hl7.org/fhir/StructureDefinition/regex': ['ElementDefinition.type'],
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version':
    ['CodeSystem', 'ValueSet', 'OperationDefinition', 'SearchParameter', 'CapabilityStatement', 'ElementDefinition'],
}

/** By resource type and expression; there are as many as definitions have contexts. */
const selections = new Map<string, Evaluate>()

/**
 * Whether the expression, asked of the resource, selects what the extension stands on. Of a primitive FHIRPath gives the
 * value and not where it stands, so there it is given the benefit, as where the expression does not run.
 */
const isSelected = (expression: string, { value, type }: Host, { resource }: Scope): boolean => {
  if (!/^[A-Z]|BackboneElement/.test(type)) return true
  try {
    const key = `${resource.resourceType}\n${expression}`
    const select = selections.get(key) ?? compileExpression(resource.resourceType, expression)
    selections.set(key, select)
    return select(resource).includes(value)
  } catch {
    return true
  }
}

const known = new WeakMap<StructureDefinition, ReadonlySet<string> | undefined>()

/** The urls of a complex extension's parts; undefined where it names none, or closes its slicing and so tells by itself. */
const partsOf = (structure: StructureDefinition): ReadonlySet<string> | undefined => {
  if (!known.has(structure)) {
    const slicing = structure.elements.find(({ id }) => id === 'Extension.extension')?.slicing
    const urls = structure.elements.filter(({ path, id }) => path === 'Extension.extension.url' && id !== path).map(({ fixed }) => fixed?.value)
    const isTold = urls.length > 0 && slicing?.rules !== 'closed'
    known.set(structure, isTold && urls.every(url => typeof url === 'string') ? new Set(urls) : undefined)
  }
  return known.get(structure)
}

type MeetProfile = (profile: string, value: unknown, path: string, scope: Scope) => void

/** @param meet holds a value against a profile of its type */
export const compileExtensions = (definitions: Definitions, meet: MeetProfile): Extensions => {
  const suggestions = new Map<string, string | undefined>()

  const suggestion = (url: string, { findings }: Scope): string => {
    if (!suggestions.has(url)) {
      // hostile input could ask for many names: the memory of answers is bounded
      if (suggestions.size > 1000) suggestions.clear()
      findings.suggest(() => suggestions.set(url, nearest(url, definitions.canonicals('StructureDefinition'))))
    }
    const near = suggestions.get(url)
    return near === undefined || definitions.structure(near)?.type !== 'Extension' ? '' : `; did you mean ${near}?`
  }

  const ancestors = (type: string): ReadonlySet<string> => {
    const names = new Set<string>()
    for (let name: string | undefined = type; name !== undefined && !names.has(name);) {
      names.add(name)
      name = definitions.type(name)?.baseDefinition?.replace('http://hl7.org/fhir/StructureDefinition/', '')
    }
    return names
  }

  const mayStandOn = (structure: StructureDefinition, host: Host, scope: Scope): boolean => {
    if (structure.context === undefined || structure.context.length === 0 || ALSO_ON[structure.url]?.includes(host.typePath)) return true
    return structure.context.some(({ type, expression }) => {
      switch (type) {
        case 'fhirpath': return isSelected(expression, host, scope)
        // `url`, or `url#part` for a part of a complex extension, which has only the part's name as url
        case 'extension': return typeof host.url === 'string' && (expression === host.url || expression.endsWith(`#${host.url}`))
        case 'element': {
          // `url#element`: of a profile, whose elements have the paths of its type
          const wanted = expression.replace(/^.*#/, '').replace(/\[x\]$/, '')
          return wanted === 'Element' || wanted === '*' || wanted === host.elementPath || wanted === host.typePath
            || wanted === host.type || ancestors(host.type).has(wanted)
            || (host.type === 'BackboneElement' && wanted === 'BackboneElement')
        }
      }
    })
  }

  /** A relative url means a part of the extension around, so where that one is known it is one of its parts. */
  const checkPart = (url: string, path: string, host: Host, { findings }: Scope): void => {
    const structure = typeof host.url === 'string' ? definitions.structure(host.url) : undefined
    const parts = structure?.type === 'Extension' ? partsOf(structure) : undefined
    if (structure === undefined || parts === undefined || parts.has(url)) return
    const near = nearest(url, parts)
    findings.add(`${path}.url`, { severity: 'error', type: 'extension', code: 'extension-part', source: structure.url,
      text: `the extension ${structure.url} has no part ${shown(url)}; ${near === undefined ? `its parts are ${[...parts].join(', ')}` : `did you mean "${near}"?`}` })
  }

  const check: Extensions['check'] = (extension, path, host, isModifier, scope) => {
    if (scope.findings.isFull()) return
    const url = extension['url']
    if (typeof url !== 'string') return
    if (!ABSOLUTE.test(url)) {
      if (host.url !== undefined) checkPart(url, path, host, scope)
      else {
        scope.findings.add(`${path}.url`, { severity: 'error', type: 'extension', code: 'extension-url',
          text: `${shown(url)} is not absolute; send the canonical URL of the extension's definition` })
      }
      return
    }
    const structure = definitions.structure(url)
    if (structure === undefined || structure.type !== 'Extension') {
      if (isModifier) {
        scope.findings.add(path, { severity: 'error', type: 'extension', code: 'modifier-extension-unknown',
          text: `the modifier extension ${url} is not known here and may change the meaning of the element, so it is refused; remove it${suggestion(url, scope)}` })
      } else {
        scope.findings.once(`extension ${url}`, path, { severity: 'information', type: 'informational', code: 'extension-unknown',
          text: `the extension ${url} is not known here; it is kept but not checked${suggestion(url, scope)}` })
      }
      return
    }
    meet(structure.url, extension, path, scope)
    if (!mayStandOn(structure, host, scope)) {
      scope.findings.add(path, { severity: 'error', type: 'extension', code: 'extension-context', source: structure.url,
        text: `the extension ${url} may not stand on ${host.elementPath}; it belongs on ${structure.context!.map(({ expression }) => expression).join(' or ')}` })
    }
    if ((structure.elements[0]?.isModifier ?? false) !== isModifier) {
      scope.findings.add(path, { severity: 'error', type: 'extension', code: 'extension-modifier', source: structure.url,
        text: isModifier ? `the extension ${url} is no modifier; send it in "extension"` : `the extension ${url} is a modifier; send it in "modifierExtension"` })
    }
  }
  return { check }
}
