/**
 * Who did a step: one Provenance per step, naming the practitioner on behalf of the organisation, or the organisation
 * where the step needs no named person. Written once, never changed.
 */
import type { ProvenanceAgent } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { ODS_ORGANISATION_SYSTEM, refText, type ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { ACTION_SYSTEM } from './codes.ts'

/** Records that the caller took `action`; `targets` are what it changed, by the version this unit writes. */
export const recordStep = (unit: Unit, caseId: string, action: string, meaning: string, targets: readonly ResourceRef[]): void => {
  const provenance = unit.create({
    resourceType: 'Provenance',
    target: targets.map(ref => ({ reference: versioned(unit, ref) })),
    recorded: instant(unit.now),
    activity: { coding: [{ system: ACTION_SYSTEM, code: action }, REVISE], text: meaning },
    agent: [agentOf(unit)],
  }, { origin: 'consequence' })
  unit.join({ type: 'Provenance', id: String(provenance.id) }, caseId)
}

/** What R4 calls any step here (value set provenance-activity-type, extensible). */
const REVISE = { system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'UPDATE', display: 'revise' }

const versioned = (unit: Unit, ref: ResourceRef): string => {
  const change = unit.changes().find(({ ref: changed }) => refText(changed) === refText(ref))
  return change === undefined ? refText(ref) : `${refText(ref)}/_history/${change.replaces + 1}`
}

const agentOf = ({ caller }: Unit): ProvenanceAgent => {
  const organisation = caller.organisation === ''
    ? { display: caller.client }
    : { identifier: { system: ODS_ORGANISATION_SYSTEM, value: caller.organisation }, display: caller.client }
  const { practitioner } = caller
  if (practitioner === undefined) return { type: PERFORMER, who: organisation }
  return { type: PERFORMER, who: { reference: practitioner.practitioner, display: practitioner.name }, onBehalfOf: organisation }
}

const PERFORMER = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'performer' }] }
