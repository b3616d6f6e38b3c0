/**
 * What kind of referrer sent this: the hub's own code on the request, the national source of the request, the
 * requester (a person, a relative, a role, an organisation by ODS role or code), else what the client always is.
 */
import type { CodeableConcept, Organization, PractitionerRole, Reference } from 'fhir/r4.js'
import { hubCodeSystem, hubProfile } from '../../fhir/resource.ts'
import type { Fact } from '../facts.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import { agreed, type Claim } from './claims.ts'
import { codesOf, codings, extensionOf, isInForce, list } from './elements.ts'
import { isOds } from './person.ts'
import type { Referral } from './resources.ts'
import { textAnswers } from './statements.ts'

const KIND_SYSTEM = hubCodeSystem('referrer-kind')
const SOURCE_EXTENSION = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest'
const ODS_ROLE_EXTENSION = 'https://fhir.nhs.uk/England/StructureDefinition/Extension-England-OrganisationRole'

/**
 * Said in so many words (the hub's own code, the national source, the questionnaire), it must be one; the requester says
 * it where nothing else does, since a GP may refer from a care home's system.
 */
export const referrerFact = (referral: Referral, vocabulary: Vocabulary, callerKind: string | undefined): Fact<string> => {
  const said = [...stated(referral, vocabulary), ...textAnswers(referral, 'referrer').filter(({ value }) => vocabulary.referrerKinds.has(value))
    .map(claim => ({ ...claim, at: 0 }))]
  if (said.length > 0) return agreed(referral, 'referrer', said)
  const { request } = referral
  const requester = requesterKind(referral, vocabulary, request?.requester)
  if (requester !== undefined && request !== undefined) return { value: requester, from: referral.name(request, 'requester') }
  return callerKind !== undefined && vocabulary.referrerKinds.has(callerKind) ? { value: callerKind, from: 'registered client' } : undefined
}

/** The hub's code and the national code of one concept say the same; the hub's is the finer. */
const stated = (referral: Referral, vocabulary: Vocabulary): readonly Claim<string>[] => {
  const { request } = referral
  if (request === undefined) return []
  const source = extensionOf(request, SOURCE_EXTENSION)?.valueCodeableConcept
  const own = kindIn(extensionOf(request, hubProfile('referrer-kind'))?.valueCodeableConcept, vocabulary)
    ?? list(request.category).map(category => kindIn(category, vocabulary)).find(kind => kind !== undefined)
  const national = kindIn(source, vocabulary)
    ?? codesOf(source, SNOMED).map(code => vocabulary.snomedReferrers.get(code)).find(kind => kind !== undefined)
  return [
    ...(own === undefined ? [] : [{ value: own, from: referral.name(request, 'extension(referrer-kind)'), at: 0 }]),
    ...(national === undefined ? [] : [{ value: national, from: referral.name(request, 'extension(SourceOfServiceRequest)'), at: 0 }]),
  ]
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
  const own = codings(extensionOf(request, hubProfile('ambulance-category'))?.valueCodeableConcept)[0]?.code
  const claims: readonly Claim<string>[] = [
    ...(request === undefined || own === undefined ? [] : [{ value: own, from: referral.name(request, 'extension(ambulance-category)'), at: 0 }]),
    ...referral.all('CarePlan').filter(isInForce).flatMap(plan => list(plan.activity)
      .flatMap(activity => list(activity.outcomeCodeableConcept).flatMap(codings))
      .flatMap(({ system, code }) => (CATEGORIES.test(system ?? '') && code !== undefined
        ? [{ value: code, from: referral.name(plan, 'activity.outcomeCodeableConcept'), at: 0 }] : []))),
    ...textAnswers(referral, 'ambulance-category').map(claim => ({ ...claim, at: 0 })),
  ]
  return agreed(referral, 'ambulance-category', claims)
}
