/** https://hl7.org/fhir/R4/search.html#reference */
import { MRN } from '../data.ts'
import { ask, type Case } from './case.ts'

export const referenceCases: readonly Case[] = [
  ask('Encounter?subject=Patient/ann', 'one-day open-ended', '[type]/[id]'),
  ask('Encounter?subject=ann', 'one-day open-ended', '[id]'),
  ask('Encounter?subject={base}/Patient/ann', 'one-day open-ended', '[url] of this server'),
  ask('Encounter?subject=https://elsewhere.example/fhir/Patient/ann', '', '[url] of another'),
  ask('Encounter?subject:Patient=ann', 'one-day open-ended', ':[type]'),
  ask('Encounter?subject:Group=ann', ''),
  ask('Encounter?patient=bjorn,Patient/carl', 'no-period no-start two-months'),
  ask('Encounter?patient=Patient/bjorn&patient=Patient/carl', ''),
  ask('Encounter?subject=Patient/nobody', ''),
  ask('Encounter?patient=Patient/ANN', '', 'ids are compared with their case'),
  ask(`Observation?subject:identifier=${MRN}|elsewhere`, 'mood', ':identifier: Reference.identifier, not the target\'s'),
  ask(`Observation?subject:identifier=${MRN}|446053`, ''),
  ask('Observation?subject=Group/household', 'letters'),
  ask('Observation?patient=household', '', 'patient is a subject that is a Patient'),
  ask('Observation?subject:missing=true', '', 'an identifier alone is a value'),
  ask('Patient?general-practitioner:missing=true', 'carl dora fred'),
  ask('Observation?encounter:missing=false', 'pulse'),
  ask('Encounter?part-of=open-ended', 'one-day'),
  ask('Patient?general-practitioner:below=Organization/parent-practice', 'ann eve', ':below: there, or in a part of it'),
  ask('Patient?general-practitioner:above=Organization/grandchild-practice', 'ann eve',
    ':above: there, or in what it is a part of'),
  ask('Organization?partof:below=Organization/parent-practice', 'child-practice grandchild-practice',
    'whose partOf is it or below it'),
  ask('Organization?partof:below=Organization/child-practice', 'grandchild-practice'),
  ask('Organization?partof:above=Organization/grandchild-practice', 'child-practice grandchild-practice'),
  ask('Patient?link=Patient/eve', 'dora'),
]
