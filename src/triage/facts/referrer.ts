/**
 * What kind of referrer sent this: the hub's own code on the request, the national source of the request, the
 * requester (a person, a relative, a role, an organisation by ODS role or code), else what the client always is.
 */
import type { CodeableConcept, Organization, PractitionerRole, Reference } from 'fhir/r4.js'
import { hubCodeSystem, hubProfile } from '../../fhir/resource.ts'
import type { Fact } from '../facts.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import { isOds } from './person.ts'
import { codesOf, codings, extensionOf, isInForce, list, type Referral } from './resources.ts'
import { answer } from './statements.ts'

const KIND_SYSTEM = hubCodeSystem('referrer-kind')
const SOURCE_EXTENSION = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest'
const ODS_ROLE_EXTENSION = 'https://fhir.nhs.uk/England/StructureDefinition/Extension-England-OrganisationRole'

export const referrerFact = (referral: Referral, vocabulary: Vocabulary, callerKind: string | undefined): Fact<string> => {
  const { request } = referral
  if (request !== undefined) {
    const source = extensionOf(request, SOURCE_EXTENSION)?.valueCodeableConcept
    const own = kindIn(extensionOf(request, hubProfile('referrer-kind'))?.valueCodeableConcept, vocabulary)
      ?? kindIn(source, vocabulary) ?? list(request.category).map(category => kindIn(category, vocabulary)).find(kind => kind !== undefined)
    if (own !== undefined) return { value: own, from: referral.name(request, 'extension') }
    const national = codesOf(source, SNOMED).map(code => vocabulary.snomedReferrers.get(code)).find(kind => kind !== undefined)
    if (national !== undefined) return { value: national, from: referral.name(request, 'extension(SourceOfServiceRequest)') }
    const requester = requesterKind(referral, vocabulary, request.requester)
    if (requester !== undefined) return { value: requester, from: referral.name(request, 'requester') }
  }
  const said = answer(referral, 'referrer')
  if (typeof said?.value === 'string' && vocabulary.referrerKinds.has(said.value)) return { value: said.value, from: said.from }
  return callerKind !== undefined && vocabulary.referrerKinds.has(callerKind) ? { value: callerKind, from: 'registered client' } : undefined
}

const kindIn = (concept: CodeableConcept | undefined, vocabulary: Vocabulary): string | undefined =>
  codesOf(concept, KIND_SYSTEM).find(code => vocabulary.referrerKinds.has(code))

const requesterKind = (referral: Referral, vocabulary: Vocabulary, requester: Reference | undefined): string | undefined => {
  const type = requester?.type ?? /^(?:.*\/)?(Patient|RelatedPerson)\//.exec(requester?.reference ?? '')?.[1]
  if (type === 'Patient' || referral.follow(requester, 'Patient') !== undefined) return 'self'
  if (type === 'RelatedPerson') return 'carer'
  const role = referral.follow(requester, 'PractitionerRole', referral.request)
  const organization = referral.follow(requester, 'Organization', referral.request) ?? referral.follow(role?.organization, 'Organization', role)
  return roleKind(role, vocabulary) ?? organizationKind(organization, vocabulary)
    ?? odsKind([requester?.identifier, role?.organization?.identifier], vocabulary)
}

const roleKind = (role: PractitionerRole | undefined, vocabulary: Vocabulary): string | undefined => {
  for (const concept of list(role?.code)) {
    const kind = kindIn(concept, vocabulary) ?? codesOf(concept, SNOMED).map(code => vocabulary.snomedReferrers.get(code)).find(each => each !== undefined)
    if (kind !== undefined) return kind
  }
  return undefined
}

/** By its type, by an ODS role (as a type, or in the national extension), or by its own ODS code. */
export const organizationKind = (organization: Organization | undefined, vocabulary: Vocabulary): string | undefined => {
  const types = list(organization?.type)
  const kind = types.map(type => kindIn(type, vocabulary)).find(each => each !== undefined)
  if (kind !== undefined) return kind
  const roles = [
    ...types.flatMap(type => codings(type).map(({ code }) => code)),
    ...list(organization?.extension).filter(({ url }) => url === ODS_ROLE_EXTENSION)
      .flatMap(({ extension }) => list(extension).map(part => part.valueCoding?.code ?? part.valueCode)),
  ]
  const byRole = roles.map(code => vocabulary.odsRoles.get(code ?? '')).find(each => each !== undefined)
  return byRole ?? odsKind(list(organization?.identifier), vocabulary)
}

const odsKind = (identifiers: readonly (Organization['identifier'] extends (infer I)[] | undefined ? I | undefined : never)[], vocabulary: Vocabulary): string | undefined =>
  identifiers.map(identifier => (isOds(identifier?.system) ? vocabulary.odsOrganisations.get(identifier?.value?.toUpperCase() ?? '') : undefined))
    .find(kind => kind !== undefined)

const CATEGORIES = /arp-priority-codes?$/

/** `C1` to `C5`, `HCP1` …: the hub's extension, or the outcome of a CarePlan's activity. */
export const ambulanceCategoryFact = (referral: Referral): Fact<string> => {
  const { request } = referral
  const stated = codings(extensionOf(request, hubProfile('ambulance-category'))?.valueCodeableConcept)[0]?.code
  if (request !== undefined && stated !== undefined) return { value: stated, from: referral.name(request, 'extension(ambulance-category)') }
  for (const plan of referral.all('CarePlan').filter(isInForce)) {
    for (const activity of list(plan.activity)) {
      const coding = list(activity.outcomeCodeableConcept).flatMap(codings).find(({ system }) => CATEGORIES.test(system ?? ''))
      if (coding?.code !== undefined) return { value: coding.code, from: referral.name(plan, 'activity.outcomeCodeableConcept') }
    }
  }
  const said = answer(referral, 'ambulance-category')
  return typeof said?.value === 'string' ? { value: said.value, from: said.from } : undefined
}
