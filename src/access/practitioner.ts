/**
 * The claim `practitioner` of an assertion: for which person the client acts, in any form that a system may hold.
 *
 * Who the person is, is decided against the directory only (`listed`): a PractitionerRole that came inside a
 * referral, or that a partner made for itself, names nobody.
 */
import { isId } from '../fhir/resource.ts'
import type { ActingPractitioner } from './caller.ts'

export type PractitionerClaim =
  | { readonly kind: 'role'; readonly id: string }
  | { readonly kind: 'practitioner'; readonly id: string }
  /** A bare id: of a PractitionerRole or of a Practitioner. */
  | { readonly kind: 'id'; readonly id: string }
  /** Of a Practitioner or PractitionerRole, e.g. `https://fhir.nhs.uk/Id/sds-user-id|…`; '' for no system. */
  | { readonly kind: 'identifier'; readonly system: string; readonly value: string }

/**
 * The one active PractitionerRole of `organisation` (ODS code) that the claim means, its period including today, its
 * Practitioner active; undefined when there is none, or several that are not of one person.
 */
export type FindActingPractitioner = (claim: PractitionerClaim, organisation: string) => Promise<ActingPractitioner | undefined>

/** Undefined when the text has none of the forms. */
export const parsePractitionerClaim = (text: string): PractitionerClaim | undefined => {
  const bar = text.indexOf('|')
  if (bar >= 0) {
    const value = text.slice(bar + 1)
    return value === '' ? undefined : { kind: 'identifier', system: text.slice(0, bar), value }
  }
  const [type, id, ...rest] = text.split('/')
  if (id === undefined) return isId(text) ? { kind: 'id', id: text } : undefined
  if (rest.length > 0 || !isId(id)) return undefined
  if (type === 'PractitionerRole') return { kind: 'role', id }
  return type === 'Practitioner' ? { kind: 'practitioner', id } : undefined
}
