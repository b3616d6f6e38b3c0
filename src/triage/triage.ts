/**
 * ServiceRequest/$triage: what would the hub propose, and why. On the type a dry run, of which nothing is kept; on a
 * stored referral the same over its case's resources, kept as a GuidanceResponse beside the older ones. docs/triage.md
 */
import type { Directory } from '../directory/services.ts'
import { isError, operationOutcome, outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { operation, type Operation, type OperationInput } from '../rest/operation.ts'
import type { Repository, RequestContext } from '../rest/repository.ts'
import type { Unit } from '../rest/unit.ts'
import { bundleContent } from './facts/resources.ts'
import type { Triage } from './load.ts'
import { proposalParameters } from './parameters.ts'
import { propose } from './propose.ts'

export interface TriageParts {
  readonly triage: Triage
  readonly directory: Directory
  /** A proposal over a stored referral's case as it stands, kept beside the older ones; answers the out-parameters. */
  again(unit: Unit, serviceRequest: string): Promise<Resource>
}

/** A Bundle of a referral has some twenty entries; a thousand is the limit of every Bundle (design, limits). */
const MAX_ENTRIES = 1_000

export const createTriageOperation = (parts: TriageParts): Operation => operation({
  code: 'triage',
  title: 'Propose a disposition',
  documentation: 'Proposes who should see the person, by when, with every rule, the fact it went by and the sentence behind it. A clinician decides. On the type nothing is stored.',
  resource: ['ServiceRequest'],
  system: false, type: true, instance: true, affectsState: true,
  body: 'referral',
  parameter: [
    { name: 'referral', use: 'in', min: 0, max: '1', type: 'Bundle', documentation: 'The referral as for $submit. Dry run only, and needed there.' },
    { name: 'at', use: 'in', min: 0, max: '1', type: 'dateTime', documentation: 'As if received then. Dry run only.' },
    { name: 'capacity', use: 'in', min: 0, max: '*', documentation: 'As if a service had so many places. Dry run only.', part: [
      { name: 'service', use: 'in', min: 1, max: '1', type: 'code', documentation: 'Service code, e.g. UCR2H.' },
      { name: 'free', use: 'in', min: 1, max: '1', type: 'integer', documentation: 'Free places; 0 is full.' },
    ] },
    { name: 'disposition', use: 'out', min: 1, max: '1', type: 'code', documentation: 'emergency, review, moreinfo, redirect, closed or offer.' },
    { name: 'service', use: 'out', min: 0, max: '*', documentation: 'Ranked alternatives, per line.', part: [
      { name: 'line', use: 'out', min: 1, max: '1', type: 'integer', documentation: '0 for the leading need.' },
      { name: 'rank', use: 'out', min: 1, max: '1', type: 'integer', documentation: '1 is to be offered first.' },
      { name: 'reference', use: 'out', min: 0, max: '1', type: 'Reference', documentation: 'HealthcareService.' },
      { name: 'code', use: 'out', min: 1, max: '1', type: 'code', documentation: 'Service code.' },
      { name: 'reason', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Why this service.' },
      { name: 'opens', use: 'out', min: 0, max: '1', type: 'instant', documentation: 'When it opens, if it is shut at receipt.' },
      { name: 'priority', use: 'out', min: 0, max: '1', type: 'code', documentation: 'Of a further line, its own urgency.' },
      { name: 'due', use: 'out', min: 0, max: '1', type: 'instant', documentation: 'Of a further line, when it is due.' },
    ] },
    { name: 'priority', use: 'out', min: 1, max: '1', type: 'code', documentation: 'routine, urgent, asap or stat.' },
    { name: 'due', use: 'out', min: 0, max: '1', type: 'instant', documentation: 'Offer: the visit; review and moreinfo: a clinician acts.' },
    { name: 'start', use: 'out', min: 1, max: '1', type: 'instant', documentation: 'The clock starts: receipt, or a credible authored time.' },
    { name: 'flag', use: 'out', min: 0, max: '*', type: 'Coding', documentation: 'Hub code system triage-flag.' },
    { name: 'missing', use: 'out', min: 0, max: '*', documentation: 'What is asked for.', part: [
      { name: 'linkId', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Item of the questionnaire.' },
      { name: 'text', use: 'out', min: 1, max: '1', type: 'string', documentation: 'The question.' },
    ] },
    { name: 'questionnaire', use: 'out', min: 0, max: '1', type: 'Questionnaire', documentation: 'Just what is missing; answer it with a QuestionnaireResponse basedOn the ServiceRequest.' },
    { name: 'conflict', use: 'out', min: 0, max: '*', documentation: 'What cannot be so, or not all at once.', part: [
      { name: 'fact', use: 'out', min: 1, max: '1', type: 'string', documentation: 'The fact.' },
      { name: 'text', use: 'out', min: 1, max: '1', type: 'string', documentation: 'What is wrong with it.' },
      { name: 'reference', use: 'out', min: 0, max: '*', type: 'string', documentation: 'Where it stands.' },
    ] },
    { name: 'observation', use: 'out', min: 0, max: '7', documentation: 'What NEWS2 was scored by.', part: [
      { name: 'parameter', use: 'out', min: 1, max: '1', type: 'code', documentation: 'respiration, saturation, oxygen, systolic, pulse, consciousness or temperature.' },
      { name: 'score', use: 'out', min: 1, max: '1', type: 'integer', documentation: '0 to 3.' },
      { name: 'reference', use: 'out', min: 1, max: '1', type: 'string', documentation: 'The Observation.' },
      { name: 'minutes', use: 'out', min: 0, max: '1', type: 'integer', documentation: 'How old it is; absent when it does not say.' },
    ] },
    { name: 'rule', use: 'out', min: 1, max: '*', documentation: 'Every rule of the pack.', part: [
      { name: 'id', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Rule of the pack.' },
      { name: 'step', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Step of the model.' },
      { name: 'result', use: 'out', min: 1, max: '1', type: 'code', documentation: 'pass, fail or unknown.' },
      { name: 'fact', use: 'out', min: 1, max: '1', type: 'string', documentation: 'What it went by.' },
      { name: 'factReference', use: 'out', min: 0, max: '*', type: 'string', documentation: 'Where that came from.' },
      { name: 'source', use: 'out', min: 1, max: '1', type: 'string', documentation: 'The criterion and the sentence behind it.' },
    ] },
    { name: 'change', use: 'out', min: 0, max: '*', documentation: 'Single facts that would change the answer.', part: [
      { name: 'fact', use: 'out', min: 1, max: '1', type: 'string', documentation: 'The fact.' },
      { name: 'to', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Its other value.' },
      { name: 'disposition', use: 'out', min: 1, max: '1', type: 'code', documentation: 'What it would lead to.' },
      { name: 'text', use: 'out', min: 1, max: '1', type: 'string', documentation: 'In words.' },
    ] },
    { name: 'emergencyAdvice', use: 'out', min: 0, max: '1', type: 'string', documentation: 'To be followed at once.' },
    { name: 'pack', use: 'out', min: 1, max: '1', documentation: 'The rules used.', part: [
      { name: 'canonical', use: 'out', min: 1, max: '1', type: 'canonical', documentation: 'Rule pack.' },
      { name: 'version', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Its version.' },
    ] },
    { name: 'inputs', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Hash of the facts used.' },
    { name: 'outcome', use: 'out', min: 0, max: '1', type: 'OperationOutcome', documentation: 'What is not valid in what was sent; it was read all the same.' },
  ],
}, async ({ id, input, caller, repository, clock, requestId, correlationId }) => {
  const context = { caller, requestId, correlationId }
  const resource = id === undefined ? dryRun(parts, context, repository, input, clock.now()) : await stored(parts, context, repository, input, id)
  return { status: 200, resource }
})

const dryRun = ({ triage, directory }: TriageParts, { caller }: RequestContext, repository: Repository, input: OperationInput, now: number): Resource => {
  const referral = input.resource('referral')
  if (referral === undefined) throw outcomes.badRequest('referral-missing', 'send the referral as a Bundle', 'Parameters.parameter')
  if (referral.resourceType !== 'Bundle') {
    throw outcomes.badRequest('referral-not-a-bundle', `a referral is a Bundle, not ${referral.resourceType}`, 'Parameters.parameter.resource')
  }
  const { resources, aliases } = bundleContent(referral)
  if (resources.length > MAX_ENTRIES) throw outcomes.tooLarge(`${MAX_ENTRIES} entries`)
  const proposal = propose(triage, {
    resources, aliases, directory,
    receivedAt: receivedAt(input, now),
    callerKind: caller.referrerKind, addressedLocality: caller.locality,
    capacity: capacityIn(input),
  })
  const issues = resources.flatMap(resource => repository.examine(resource)).filter(isError)
  const parameters = proposalParameters(proposal)
  return {
    ...parameters as unknown as Resource,
    parameter: [...parameters.parameter ?? [], ...(issues.length === 0 ? [] : [{ name: 'outcome', resource: operationOutcome(issues) }])],
  }
}

const receivedAt = (input: OperationInput, now: number): number => {
  const at = input.one('at')
  if (at === undefined) return now
  const instant = typeof at === 'string' && at.includes('T') ? Date.parse(at) : NaN
  if (Number.isNaN(instant)) {
    throw outcomes.badRequest('at-without-time', 'at is a date with a time and an offset, e.g. 2026-11-24T10:15:00Z', "Parameters.parameter.where(name='at')")
  }
  return instant
}

const capacityIn = (input: OperationInput): ReadonlyMap<string, number> =>
  new Map(input.parts('capacity').map(part => [String(part.one('service')), Number(part.one('free'))]))

/** What is urgent before is not made less so. */
const stored = async (parts: TriageParts, context: RequestContext, repository: Repository, input: OperationInput, id: string): Promise<Resource> => {
  for (const name of ['referral', 'at', 'capacity']) {
    if (input.one(name) !== undefined || input.resource(name) !== undefined || input.parts(name).length > 0) {
      throw outcomes.badRequest('dry-run-only', `${name} is for dry runs: POST ServiceRequest/$triage`, `Parameters.parameter.where(name='${name}')`)
    }
  }
  await repository.read(context, { type: 'ServiceRequest', id })
  const { value } = await repository.transact(context, unit => parts.again(unit, id))
  return value
}
