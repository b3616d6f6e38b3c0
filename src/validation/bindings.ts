/**
 * Bindings: is a code in the value set it must come from. Required: an error; extensible: a warning;
 * preferred: information where it is wanted; example: not checked, but none may leave a maximum value set. A value set that cannot be expanded here (SNOMED CT expressions)
 * is never "met": that is said once per value set. https://hl7.org/fhir/R4/terminologies.html#strength
 */
import type { Binding, Definitions, ValueSet } from '../definitions/definitions.ts'
import { nearest } from '../fhir/nearest.ts'
import type { Findings } from './findings.ts'

/** A code with the system it is from; a `code` element has none of its own. */
interface Coded {
  readonly system: string | undefined
  readonly code: string | undefined
  /** Step from the element to the coding: `.coding[0]`, or nothing. */
  readonly step: string
}

export interface BindingCheck {
  readonly binding: Binding
  /** Rule id: `binding:Patient.gender`. */
  readonly rule: string
  readonly source: string
}

export interface Bindings {
  /** Checks a value of type code, Coding, CodeableConcept, Quantity, string or uri. */
  check(check: BindingCheck, value: unknown, type: string, path: string, findings: Findings): void
  /** A Coding by itself: its system can be one of codings, has the code, and calls it what the coding displays. */
  checkCoding(coding: Record<string, unknown>, path: string, findings: Findings): void
  /** Whether the value is in the set; undefined where this cannot be known. For slices told apart by a binding. */
  contains(valueSet: string, value: unknown): boolean | undefined
}

/** BCP 47 in the shape RFC 5646 gives well-formed tags; MIME types as RFC 6838. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'urn:ietf:bcp:47': /^(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{2,8})*(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-x(?:-[A-Za-z0-9]{1,8})+)?|x(?:-[A-Za-z0-9]{1,8})+)$/,
  // FHIR's own short names are used as mime types throughout its specification (CapabilityStatement.format)
  'urn:ietf:bcp:13': /^(?:xml|json|ttl|html)$|^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9*][A-Za-z0-9!#$&^_.+-]*(?:\s*;.*)?$/,
}

export const compileBindings = (definitions: Definitions): Bindings => {
  const isCaseSensitive = (system: string): boolean => definitions.codeSystem(system)?.caseSensitive ?? true

  const isMember = (set: ValueSet, { system, code }: Coded): boolean | undefined => {
    if (code === undefined) return false
    switch (set.kind) {
      case 'unknown': return set.systems === undefined || system === undefined || set.systems.includes(system) ? undefined : false
      case 'by-form': return system === undefined
        ? set.systems.some(known => FORMS[known]?.test(code) ?? true)
        : set.systems.includes(system) && (FORMS[system]?.test(code) ?? true)
      case 'expanded': {
        if (system === undefined) return [...set.codes.values()].some(codes => codes.has(code))
        const codes = set.codes.get(system)
        if (codes === undefined) return false
        return codes.has(code) || (!isCaseSensitive(system) && [...codes.keys()].some(known => known.toLowerCase() === code.toLowerCase()))
      }
    }
  }

  const suggestion = (set: ValueSet, { system, code }: Coded): string => {
    if (set.kind === 'unknown' && set.systems !== undefined) return `; its codes are from ${set.systems.slice(0, 3).join(', ')}`
    if (set.kind !== 'expanded' || code === undefined) return ''
    const systems = [...set.codes.keys()]
    const owner = systems.find(known => set.codes.get(known)?.has(code))
    if (system !== undefined && owner !== undefined && owner !== system) return `; the code is there in the system ${owner}`
    if (system !== undefined && !set.codes.has(system)) {
      return `; its codes are from ${systems.slice(0, 3).join(', ')}${systems.length > 3 ? ' and others' : ''}`
    }
    const codes = [...(system === undefined ? set.codes.values() : [set.codes.get(system)!])].flatMap(known => [...known])
    const near = nearest(code, codes.map(([known]) => known)) ?? codes.find(([, display]) => display.toLowerCase() === code.toLowerCase())?.[0]
    if (near !== undefined) return `; did you mean "${near}"?`
    return codes.length <= 12 ? `; its codes are ${codes.map(([known]) => known).join(', ')}` : ''
  }

  const check: Bindings['check'] = (bound, value, type, path, findings) => {
    const { strength, valueSet, maxValueSet } = bound.binding
    if (strength === 'required' || strength === 'extensible' || (strength === 'preferred' && findings.run.tellsPreferred)) compare(valueSet, strength, bound, value, type, path, findings)
    // what is in the set itself is in the wider one around it, which may be too wide to be expanded here
    if (strength !== 'required' && maxValueSet !== undefined && contains(valueSet, value) !== true) {
      compare(maxValueSet, 'maximum', { ...bound, rule: bound.rule.replace('binding:', 'binding-max:') }, value, type, path, findings)
    }
  }

  /** `maximum`: codes must be from the set, but text alone will do. */
  const compare = (
    valueSet: string, strength: 'required' | 'extensible' | 'preferred' | 'maximum', { rule, source }: BindingCheck,
    value: unknown, type: string, path: string, findings: Findings,
  ): void => {
    const set = definitions.valueSet(valueSet)
    const codings = codingsOf(value, type)
    const answers = set === undefined ? [] : codings.map(coding => isMember(set, coding))
    if (set === undefined || (set.kind === 'unknown' && answers.includes(undefined))) {
      findings.once(`value set ${valueSet}`, path, {
        severity: 'information', type: 'informational', code: 'binding-not-checked', source,
        text: `codes from ${valueSet} are not checked here: ${set?.kind === 'unknown' ? set.reason : 'the value set is not known'}`,
      })
      return
    }
    if (answers.includes(true) || isSystemType(value, valueSet)) return
    const first = codings[0]
    if (first === undefined) {
      // text alone is what extensible bindings ask for where no code fits; a required one has no such way out
      if (strength === 'required' && type === 'CodeableConcept') {
        findings.add(path, { severity: 'error', type: 'code-invalid', code: rule, source,
          text: `there is no code, but one from ${valueSet} is required; add a coding` })
      }
      return
    }
    const isAdvice = strength === 'extensible' || strength === 'preferred'
    if (isAdvice && findings.isFull('warning')) return
    const found = first.code === undefined ? 'a coding without a code' : `"${first.code.slice(0, 64)}"${first.system === undefined ? '' : first.system === '' ? ' without a system' : ` of ${first.system}`}`
    findings.add(codings.length === 1 ? path + first.step : path, !isAdvice
      ? { severity: 'error', type: 'code-invalid', code: rule, source,
        text: `found ${found}, but a code from ${valueSet} is required${suggestion(set, first)}` }
      : { severity: strength === 'preferred' ? 'information' : 'warning', type: 'code-invalid', code: rule, source,
        text: `${found} is not in ${valueSet}, from which a code should come${strength === 'preferred' ? '' : ' if one fits'}${suggestion(set, first)}` })
  }

  const contains: Bindings['contains'] = (valueSet, value) => {
    const set = definitions.valueSet(valueSet)
    if (set === undefined) return undefined
    const type = typeof value === 'string' ? 'code' : Array.isArray((value as { coding?: unknown } | null)?.coding) ? 'CodeableConcept' : 'Coding'
    const results = codingsOf(value, type).map(coding => isMember(set, coding))
    return results.includes(true) ? true : results.includes(undefined) ? undefined : false
  }

  const checkCoding: Bindings['checkCoding'] = ({ system, code, display }, path, findings) => {
    if (typeof system !== 'string' || typeof code !== 'string') return
    const known = definitions.codeSystem(system)
    if (known === undefined) return
    if (known.content === 'supplement' || known.supplements !== undefined) {
      findings.add(`${path}.system`, { severity: 'error', type: 'code-invalid', code: 'coding-supplement',
        text: `${system} supplements another code system and has no codes of its own; send the system it supplements` })
      return
    }
    const listed = known.codes.get(code) ?? (known.caseSensitive ? undefined : [...known.codes].find(([key]) => key.toLowerCase() === code.toLowerCase())?.[1])
    if (listed === undefined) {
      if (known.content !== 'complete' || known.codes.size === 0 || findings.isFull('warning')) return
      const near = nearest(code, known.codes.keys())
      // R4's own systems do not change any more; those of terminology.hl7.org and others have editions with more codes
      findings.add(`${path}.code`, { severity: system.startsWith('http://hl7.org/fhir/') ? 'error' : 'warning', type: 'code-invalid', code: 'coding-unknown',
        text: `the code system ${system} has no code "${code.slice(0, 64)}"${near === undefined ? '' : `; did you mean "${near}"?`}` })
    } else if (typeof display === 'string' && listed !== '' && ![listed, ...known.designations?.get(code) ?? []].some(name => plain(name) === plain(display))) {
      findings.add(`${path}.display`, { severity: 'warning', type: 'value', code: 'coding-display',
        text: `"${code}" of ${system} is called "${listed}"; send that display, or none` })
    }
  }

  return { check, checkCoding, contains }
}

/** `Patient.id` is of FHIRPath's own string type (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.code). */
const isSystemType = (value: unknown, valueSet: string): boolean =>
  valueSet === 'http://hl7.org/fhir/ValueSet/defined-types' && typeof value === 'string' && value.startsWith('http://hl7.org/fhirpath/System.')

/** A display without what people write differently: case, blanks, punctuation. */
const plain = (display: string): string => display.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const codingsOf = (value: unknown, type: string): readonly Coded[] => {
  if (typeof value === 'string') return [{ system: undefined, code: value, step: '' }]
  if (typeof value !== 'object' || value === null) return []
  const { system, code, coding } = value as { system?: unknown; code?: unknown; coding?: unknown }
  switch (type) {
    case 'CodeableConcept': return Array.isArray(coding)
      ? (coding as readonly ({ system?: unknown; code?: unknown } | null)[])
        .map((item, i) => ({ system: text(item?.system) ?? '', code: text(item?.code), step: `.coding[${i}]` }))
      : []
    case 'Coding': return [{ system: text(system) ?? '', code: text(code), step: '' }]
    // a quantity without a coded unit has nothing to bind
    case 'Quantity':
    case 'Age':
    case 'Duration':
    case 'Distance':
    case 'Count': return text(code) === undefined ? [] : [{ system: text(system) ?? '', code: text(code), step: '' }]
    default: return []
  }
}

