/** Chains, `_has`, lists and filters: https://hl7.org/fhir/R4/search.html#chaining, #has, #list */
import { MRN, NHS } from '../data.ts'
import { ask, type Case } from './case.ts'

const DATED = 'year month day second zoned period open timing'

export const chainCases: readonly Case[] = [
  ask('Encounter?subject:Patient.family=obrien', 'one-day open-ended'),
  ask('Encounter?subject.family=obrien', 'one-day open-ended', 'a type that only one target has need not be named'),
  ask(`Encounter?patient.identifier=${NHS}|9000000009`, 'one-day open-ended'),
  ask('Encounter?patient.gender:not=female', 'no-period no-start two-months', 'the modifier is the last parameter\'s'),
  ask('Encounter?patient.gender=male,other', 'no-period no-start two-months'),
  ask('Encounter?patient._id=ann', 'one-day open-ended'),
  ask('Encounter?patient.general-practitioner:Organization.name=northern', 'one-day open-ended', 'two levels'),
  ask('Condition?encounter.part-of.patient.family=obrien', 'asthma', 'three levels'),
  ask('Condition?encounter.part-of.patient.general-practitioner:Organization.name=northern', 'asthma', 'four levels'),
  ask('Patient?organization:missing=true&general-practitioner:Organization.partof.name=northern lights group', 'eve'),
  ask('Observation?subject:Patient.active=true&code=dated', DATED),
  ask('Observation?subject:Patient.given=ann&subject:Patient.family=muller', 'pulse',
    'each chain on its own, of the one subject'),
  ask('Observation?subject:Group.member:Patient.family=smith', 'letters'),
  ask('Observation?has-member.subject:Patient.family=muller', 'mood'),
]

export const hasCases: readonly Case[] = [
  ask('Patient?_has:Observation:patient:code=8867-4', 'carl'),
  ask('Patient?_has:Observation:subject:code=29463-7', 'bjorn'),
  ask('Patient?_has:Encounter:patient:date=2026-11-02', 'ann'),
  ask('Patient?_has:Encounter:patient:class=IMP,EMER', 'bjorn carl'),
  ask('Patient?_has:Encounter:patient:class=IMP&_has:Encounter:patient:class=ACUTE', 'bjorn',
    'two encounters may answer for the two'),
  ask('Encounter?_has:Observation:encounter:patient.family=muller', 'no-period', 'a chain inside'),
  ask('Organization?_has:Patient:general-practitioner:_has:Encounter:patient:class=HH', 'parent-practice', 'nested'),
  ask('Encounter?patient._has:Observation:patient:code=85354-9', 'one-day open-ended', 'inside a chain'),
  ask('Patient?_has:Group:member:_id=household', 'ann eve'),
  ask('Patient?_has:Observation:subject:code=nothing', ''),
]

export const everyTypeCases: readonly Case[] = [
  ask('Patient?_id=ann,carl,nobody', 'ann carl'),
  ask('Patient?_id=ann&_id=carl', ''),
  ask('Patient?_id=day', ''),
  ask('Patient?_list=favourites', 'ann carl'),
  ask('Observation?_list=favourites', 'day'),
  ask('Patient?_list=nothing', ''),
  ask('Patient?_text=bees', 'ann'),
  ask('Patient?_text=preston', 'ann eve'),
  ask('Patient?_text=preston bees', 'ann'),
  ask('Patient?_content=grazed', ''),
  ask('Observation?_content=grazed', 'letters'),
  ask('Patient?_filter=name eq "smith"', 'eve'),
  ask('Patient?_filter=gender eq female and birthdate lt 1980-01-01', 'eve'),
  ask('Patient?_filter=gender eq male or gender eq other', 'bjorn carl'),
  ask('Patient?_filter=not (gender eq female)', 'bjorn carl dora fred'),
  ask('Patient?_filter=given eq "ann" and (gender eq female or gender eq other)', 'ann',
    'eq: the whole value, unlike a search by given=ann'),
  ask('Patient?_filter=given sw "ann"', 'ann carl'),
  ask('Patient?_filter=name co "brien"', 'ann eve'),
  ask('Patient?_filter=family sw "ångs"', 'bjorn'),
  ask('Patient?_filter=birthdate pr false', 'dora'),
  ask(`Patient?_filter=identifier eq ${MRN}|446053`, 'ann'),
]
