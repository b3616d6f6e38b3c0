/** Includes, order and compartments: https://hl7.org/fhir/R4/search.html#include, #sort and https://hl7.org/fhir/R4/compartmentdefinition.html */
import { ask, inOrder, type Case } from './case.ts'

/** Ids of every entry: matches and what was included. */
export const includeCases: readonly Case[] = [
  ask('Encounter?_id=one-day&_include=Encounter:subject', 'ann one-day'),
  ask('Encounter?_id=one-day&_include=Encounter:subject:Group', 'one-day', 'only targets of that type'),
  ask('Encounter?_id=one-day&_include=Encounter:subject&_include=Encounter:part-of', 'ann one-day open-ended'),
  ask('Encounter?_id=one-day&_include=*', 'ann one-day open-ended', 'every reference'),
  ask('Encounter?_id=one-day&_include=Encounter:*', 'ann one-day open-ended'),
  ask('Encounter?_id=one-day,open-ended&_include=Encounter:subject&_include=Encounter:part-of', 'ann one-day open-ended',
    'each once, as a match where it is one'),
  ask('Patient?_id=carl&_revinclude=Observation:subject', 'carl pulse'),
  ask('Patient?_id=carl&_revinclude=Observation:patient&_revinclude=Encounter:patient', 'carl no-period pulse'),
  ask('Observation?_id=mood&_include=Observation:has-member', 'mood pulse'),
  ask('Observation?_id=mood&_include=Observation:has-member&_include:iterate=Observation:derived-from',
    'mood pressure-high pulse', 'of what was included'),
  ask('Observation?_id=mood&_include=Observation:has-member&_include=Observation:derived-from', 'mood pulse',
    'without :iterate of the matches alone'),
  ask('Organization?_id=grandchild-practice&_include:iterate=Organization:partof',
    'child-practice grandchild-practice parent-practice', 'to its end'),
  ask('Organization?_id=parent-practice&_revinclude:iterate=Organization:partof',
    'child-practice grandchild-practice parent-practice'),
  ask('Condition?_id=asthma&_include=Condition:encounter&_include:iterate=Encounter:patient&_include:iterate=Patient:general-practitioner', 'ann asthma one-day parent-practice'),
  ask('Patient?_id=nobody&_revinclude=Observation:subject', '', 'nothing matched, nothing included'),
]

export const sortCases: readonly Case[] = [
  inOrder('Encounter?_id=one-day,open-ended,two-months&_sort=date', 'two-months open-ended one-day'),
  inOrder('Encounter?_id=one-day,open-ended,two-months&_sort=-date', 'open-ended two-months one-day',
    'a period ascends by its start and descends by its end'),
  inOrder('Patient?_id=ann,carl,eve,fred&_sort=birthdate', 'eve carl ann fred', 'a year begins before a day in it'),
  inOrder('Patient?_id=ann,eve,carl&_sort=gender,-birthdate', 'ann eve carl', 'the second key where the first is the same'),
  inOrder('Patient?_id=ann,eve,carl&_sort=-gender,birthdate', 'carl eve ann'),
  inOrder('Patient?_id=bjorn,carl,fred&_sort=family', 'bjorn fred carl', 'Ångström among the As'),
  inOrder('RiskAssessment?_id=half,point-45,point-449,point-55&_sort=-probability', 'point-55 half point-45 point-449'),
  inOrder('Patient?_id=ann,bjorn,carl&_sort=-_id', 'carl bjorn ann'),
]

export const compartmentCases: readonly Case[] = [
  ask('Patient/ann/Encounter', 'one-day open-ended'),
  ask('Patient/ann/Encounter?class=HH', 'one-day', 'searched like any type'),
  ask('Patient/ann/Condition', 'asthma'),
  ask('Patient/carl/Observation', 'pulse'),
  ask('Patient/fred/Observation', ''),
  ask('Patient/ann/Group', 'household', 'by member'),
  ask('Patient/eve/Patient', 'dora eve', 'by link, and the patient itself'),
  ask('Encounter/one-day/Condition', 'asthma'),
  ask('Encounter/no-period/Observation', 'pulse'),
  ask('Patient/carl/*?_type=Observation,Encounter', 'no-period pulse'),
]
