/**
 * Elements of a partner's resource, read tolerantly: of whatever shape they are, a list is a list, a code a code, and what
 * has not the expected shape is not there.
 */
import type { CodeableConcept, Coding, Extension, Observation } from 'fhir/r4.js'
import { isObject } from '../../fhir/json.ts'

/** Always a list of objects, whatever was sent. */
export const list = <T>(value: readonly T[] | T | undefined | null): readonly T[] => {
  if (!Array.isArray(value)) return isObject(value) ? [value] : []
  return value.every(isObject) ? value as readonly T[] : (value as readonly T[]).filter(isObject)
}

export const codings = (concept: CodeableConcept | undefined): readonly Coding[] => list(concept?.coding)

/** Codes of a system in a concept. */
export const codesOf = (concept: CodeableConcept | undefined, system: string): readonly string[] => {
  const found: string[] = []
  for (const coding of codings(concept)) if (coding?.system === system && typeof coding.code === 'string') found.push(coding.code)
  return found
}

export const hasCode = (concept: CodeableConcept | undefined, system: string, code: string): boolean =>
  codings(concept).some(coding => coding?.system === system && coding.code === code)

export const extensionOf = (element: { extension?: readonly Extension[] | undefined } | undefined, url: string): Extension | undefined =>
  list(element?.extension).find(extension => extension?.url === url)

/** Statements withdrawn or refuted say nothing. */
export const isInForce = (resource: { status?: unknown }): boolean => !WITHDRAWN.has(resource.status)

const WITHDRAWN: ReadonlySet<unknown> = new Set(['entered-in-error', 'cancelled', 'inactive', 'rejected', 'superseded'])

/** Refuted and resolved conditions say nothing. */
export const isAsserted = (condition: { verificationStatus?: CodeableConcept | undefined; clinicalStatus?: CodeableConcept | undefined }): boolean =>
  !codings(condition.verificationStatus).some(({ code }) => code === 'refuted' || code === 'entered-in-error') &&
  !codings(condition.clinicalStatus).some(({ code }) => code === 'resolved' || code === 'inactive' || code === 'remission')

/** Instant of an observation, 0 when it does not say. */
export const effectiveAt = (observation: Observation): number => instantOf(observation.effectiveDateTime ?? observation.effectiveInstant
  ?? observation.effectivePeriod?.end ?? observation.effectivePeriod?.start ?? observation.issued)

/** Milliseconds, 0 of what is no date. */
export const instantOf = (text: string | undefined): number => {
  const at = Date.parse(String(text))
  return Number.isNaN(at) ? 0 : at
}
