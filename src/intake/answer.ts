/** What $submit answers: which referral it is, where it stands, what is proposed, and what was wrong with the sending. */
import type { GuidanceResponse, ParametersParameter } from 'fhir/r4.js'
import { operationOutcome, type Issue } from '../fhir/outcomes.ts'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { OperationParameter } from '../rest/operation.ts'
import type { Unit } from '../rest/unit.ts'
import { BUSINESS_STATUS_DISPLAY, businessOf, detail, type BusinessStatus } from '../referral/codes.ts'
import { referralIdentifier } from '../referral/number.ts'
import { readReferral } from '../referral/referral.ts'

export const OUT: readonly OperationParameter[] = [
  { name: 'referral', use: 'out', min: 1, max: '1', type: 'Reference', documentation: 'The ServiceRequest.' },
  { name: 'identifier', use: 'out', min: 1, max: '1', type: 'Identifier', documentation: 'The referral number, to show and to say.' },
  { name: 'task', use: 'out', min: 1, max: '1', type: 'Reference', documentation: 'The coordinating Task, to follow.' },
  { name: 'status', use: 'out', min: 1, max: '1', type: 'string', documentation: '"stored, not yet confirmed", later its business status.' },
  { name: 'proposal', use: 'out', min: 0, max: '1', type: 'Parameters', documentation: 'The answer of $triage.' },
  { name: 'emergencyAdvice', use: 'out', min: 0, max: '1', type: 'string', documentation: 'To act on now.' },
  { name: 'outcome', use: 'out', min: 1, max: '1', type: 'OperationOutcome', documentation: 'Warnings about what was sent.' },
]

/** Said until a clinician has decided: stored is not accepted (domain 2.6). */
const NOT_CONFIRMED = 'stored, not yet confirmed'

export const answerOf = async (unit: Unit, id: string, warnings: readonly Issue[]): Promise<Resource> => {
  const referral = await readReferral(unit, id)
  const coordinating = referral?.coordinating
  const business = coordinating === undefined ? undefined : businessOf(coordinating) as BusinessStatus
  const isDecided = business !== undefined && business !== 'received' && business !== 'triage-proposed'
  const guidance = localReference(detail(referral?.triage?.output, 'proposal')?.valueReference?.reference ?? '')
  const proposal = proposalIn(guidance === undefined ? undefined : await unit.read(guidance))
  const advice = (proposal?.['parameter'] as ParametersParameter[] | undefined)?.find(({ name }) => name === 'emergencyAdvice')?.valueString
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'referral', valueReference: { reference: `ServiceRequest/${id}` } },
      { name: 'identifier', valueIdentifier: referralIdentifier(id) },
      { name: 'task', valueReference: { reference: `Task/${coordinating?.id}` } },
      { name: 'status', valueString: isDecided ? BUSINESS_STATUS_DISPLAY[business] : NOT_CONFIRMED },
      ...(proposal === undefined ? [] : [{ name: 'proposal', resource: proposal }]),
      ...(advice === undefined ? [] : [{ name: 'emergencyAdvice', valueString: advice }]),
      { name: 'outcome', resource: operationOutcome(warnings) },
    ],
  }
}

/** The answer of $triage as it is kept inside the GuidanceResponse. */
const proposalIn = (guidance: Resource | undefined): Resource | undefined => {
  const contained = (guidance as GuidanceResponse | undefined)?.contained?.find(({ resourceType }) => resourceType === 'Parameters')
  if (contained === undefined) return undefined
  const { id: _id, ...parameters } = contained as unknown as Resource
  return parameters
}
