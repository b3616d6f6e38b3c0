/**
 * Where the person is: at home, in a care home, on a ward, in the emergency department. From the Encounter and its
 * places, a Location, an Observation of residence, the questionnaire, or the kind of organisation that refers.
 */
import type { CodeableConcept } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import type { Fact } from '../facts.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import { agreed, type Claim } from './claims.ts'
import { codesOf, codings, effectiveAt, isInForce, list } from './elements.ts'
import { organizationKind } from './referrer.ts'
import type { Referral } from './resources.ts'
import { FACT_SYSTEM, textAnswers } from './statements.ts'

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

/** Where the person is now counts before where they live; what is said of one and the same must agree. */
export const settingFact = (referral: Referral, vocabulary: Vocabulary, referrer: string | undefined): Fact<Setting> => {
  const present = [...encounterSettings(referral, referrer), ...answeredSettings(referral)]
  if (present.length > 0) return agreed(referral, 'setting', present)
  return locationSetting(referral) ?? agreed(referral, 'setting', observedSettings(referral)) ?? visitSetting(referral)
    ?? organizationSetting(referral, vocabulary)
}

/** Of a stay that is over the place is no longer the person's. */
const OVER: ReadonlySet<unknown> = new Set(['finished', 'planned'])

const encounterSettings = (referral: Referral, referrer: string | undefined): readonly Claim<Setting>[] =>
  referral.all('Encounter').filter(isInForce).flatMap((encounter): readonly Claim<Setting>[] => {
    const from = referral.name(encounter, 'class')
    const place = list(encounter.location)
      .map(({ location }) => placeIn(list(referral.follow(location, 'Location', encounter)?.type)))
      .find(setting => setting !== undefined)
    const code = encounter.class?.code ?? ''
    if (OVER.has(encounter.status) && (isHospital(place) || INPATIENT.includes(code))) return []
    if (place !== undefined) return [{ value: place, from: referral.name(encounter, 'location'), at: 0 }]
    if (INPATIENT.includes(code)) return [{ value: 'hospital-ward', from, at: 0 }]
    // Ambulance services send EMER for the call itself (BaRS application 4), whose person is at home.
    const isDepartment = code === 'EMER' && referrer !== undefined && ['ed', 'acute', 'hospital-ward'].includes(referrer)
    return isDepartment ? [{ value: 'ed', from, at: 0 }] : []
  })

/** Where nothing else is said: somebody visits the person at home, and a care home would be one too. */
const visitSetting = (referral: Referral): Fact<Setting> => {
  const visit = referral.all('Encounter').find(encounter => isInForce(encounter) && encounter.class?.code === 'HH')
  return visit === undefined ? undefined : { value: 'own-home', from: referral.name(visit, 'class') }
}

const isHospital = (setting: Setting | undefined): boolean => setting === 'hospital-ward' || setting === 'ed'

const answeredSettings = (referral: Referral): readonly Claim<Setting>[] => textAnswers(referral, 'setting').flatMap(({ value, from }) =>
  SETTINGS.filter(setting => setting === value).map(setting => ({ value: setting, from, at: 0 })))

const locationSetting = (referral: Referral): Fact<Setting> => {
  for (const location of referral.all('Location')) {
    const value = placeIn(list(location.type))
    if (value !== undefined) return { value, from: referral.name(location, 'type') }
  }
  return undefined
}

const placeIn = (types: readonly CodeableConcept[]): Setting | undefined =>
  types.flatMap(codings).map(({ code }) => PLACES[code ?? ''] ?? RESIDENCES[code ?? '']).find(setting => setting !== undefined)

const observedSettings = (referral: Referral): readonly Claim<Setting>[] => [
  ...referral.observed(FACT_SYSTEM, 'setting').flatMap(observation => SETTINGS
    .filter(setting => codesOf(observation.valueCodeableConcept, hubCodeSystem('setting')).includes(setting) || observation.valueString === setting)
    .map(value => ({ value, from: referral.name(observation, 'value'), at: effectiveAt(observation) }))),
  ...referral.all('Observation').flatMap((observation): readonly Claim<Setting>[] => {
    const inCode = codesOf(observation.code, SNOMED).find(code => code in RESIDENCES)
    const inValue = codesOf(observation.valueCodeableConcept, SNOMED).find(code => code in RESIDENCES)
    const value = RESIDENCES[inValue ?? inCode ?? '']
    if (value === undefined || observation.valueBoolean === false || !isInForce(observation)) return []
    return [{ value, from: referral.name(observation, inValue === undefined ? 'code' : 'value'), at: effectiveAt(observation) }]
  }),
]

/** A care home, a ward or a department refers those it has in it. */
const organizationSetting = (referral: Referral, vocabulary: Vocabulary): Fact<Setting> => {
  const { request } = referral
  const role = referral.follow(request?.requester, 'PractitionerRole', request)
  const organization = referral.follow(request?.requester, 'Organization', request) ?? referral.follow(role?.organization, 'Organization', role)
  const kind = organizationKind(organization, vocabulary)
  const value = SETTINGS.find(setting => setting === kind)
  return organization === undefined || value === undefined ? undefined : { value, from: referral.name(organization, 'type') }
}
