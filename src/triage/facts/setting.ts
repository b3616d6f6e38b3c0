/**
 * Where the person is: at home, in a care home, on a ward, in the emergency department. From the Encounter and its
 * places, a Location, an Observation of residence, the questionnaire, or the kind of organisation that refers.
 */
import type { CodeableConcept } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import type { Fact } from '../facts.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import { organizationKind } from './referrer.ts'
import { codesOf, codings, hasCode, isInForce, list, type Referral } from './resources.ts'
import { answer, FACT_SYSTEM } from './statements.ts'

export const SETTINGS = ['own-home', 'care-home', 'hospital-ward', 'ed'] as const
export type Setting = (typeof SETTINGS)[number]

/** Kinds of place: http://terminology.hl7.org/CodeSystem/v3-RoleCode, and the SNOMED CT codes of residence. */
const PLACES: Readonly<Record<string, Setting>> = {
  PTRES: 'own-home', NCCF: 'care-home', SNF: 'care-home', HOSP: 'hospital-ward', HU: 'hospital-ward', ICU: 'hospital-ward', ER: 'ed', ETU: 'ed',
}
const RESIDENCES: Readonly<Record<string, Setting>> = {
  160734000: 'care-home', 394923006: 'care-home', 160689007: 'own-home', 105529008: 'own-home',
}
const INPATIENT = ['IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC']

export const settingFact = (referral: Referral, vocabulary: Vocabulary, referrer: string | undefined): Fact<Setting> =>
  encounterSetting(referral, referrer) ?? locationSetting(referral) ?? observedSetting(referral) ?? organizationSetting(referral, vocabulary)

const encounterSetting = (referral: Referral, referrer: string | undefined): Fact<Setting> => {
  for (const encounter of referral.all('Encounter').filter(isInForce)) {
    const from = referral.name(encounter, 'class')
    const place = list(encounter.location)
      .map(({ location }) => placeIn(list(referral.follow(location, 'Location', encounter)?.type)))
      .find(setting => setting !== undefined)
    if (place !== undefined) return { value: place, from: referral.name(encounter, 'location') }
    const code = encounter.class?.code ?? ''
    if (code === 'HH') return { value: 'own-home', from }
    if (INPATIENT.includes(code)) return { value: 'hospital-ward', from }
    // Ambulance services send EMER for the call itself (BaRS application 4), whose person is at home.
    if (code === 'EMER' && referrer !== undefined && ['ed', 'acute', 'hospital-ward'].includes(referrer)) return { value: 'ed', from }
  }
  return undefined
}

const locationSetting = (referral: Referral): Fact<Setting> => {
  for (const location of referral.all('Location')) {
    const value = placeIn(list(location.type))
    if (value !== undefined) return { value, from: referral.name(location, 'type') }
  }
  return undefined
}

const placeIn = (types: readonly CodeableConcept[]): Setting | undefined =>
  types.flatMap(codings).map(({ code }) => PLACES[code ?? ''] ?? RESIDENCES[code ?? '']).find(setting => setting !== undefined)

const observedSetting = (referral: Referral): Fact<Setting> => {
  for (const observation of referral.all('Observation').filter(isInForce)) {
    const from = referral.name(observation, 'value')
    if (hasCode(observation.code, FACT_SYSTEM, 'setting')) {
      const value = SETTINGS.find(setting => codesOf(observation.valueCodeableConcept, hubCodeSystem('setting')).includes(setting) || observation.valueString === setting)
      if (value !== undefined) return { value, from }
    }
    if (observation.valueBoolean === false) continue
    const code = [...codesOf(observation.valueCodeableConcept, SNOMED), ...codesOf(observation.code, SNOMED)].find(each => each in RESIDENCES)
    const residence = RESIDENCES[code ?? '']
    if (residence !== undefined) return { value: residence, from }
  }
  const said = answer(referral, 'setting')
  const value = SETTINGS.find(setting => setting === said?.value)
  return said === undefined || value === undefined ? undefined : { value, from: said.from }
}

/** A care home, a ward or a department refers those it has in it. */
const organizationSetting = (referral: Referral, vocabulary: Vocabulary): Fact<Setting> => {
  const { request } = referral
  const role = referral.follow(request?.requester, 'PractitionerRole', request)
  const organization = referral.follow(request?.requester, 'Organization', request) ?? referral.follow(role?.organization, 'Organization', role)
  const kind = organizationKind(organization, vocabulary)
  const value = SETTINGS.find(setting => setting === kind)
  return organization === undefined || value === undefined ? undefined : { value, from: referral.name(organization, 'type') }
}
