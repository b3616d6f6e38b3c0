/**
 * A proposal as the out-parameters of `$triage` (docs/triage.md). Times are instants in UTC.
 */
import type { Parameters, ParametersParameter } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { hubCodeSystem } from '../fhir/resource.ts'
import type { ObservedScore, Proposal, ProposedService, RuleResult } from './proposal.ts'

export const proposalParameters = (proposal: Proposal): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'disposition', valueCode: proposal.disposition },
    ...proposal.services.map(service),
    { name: 'priority', valueCode: proposal.priority },
    ...(proposal.dueAt === undefined ? [] : [{ name: 'due', valueInstant: instant(proposal.dueAt) }]),
    { name: 'start', valueInstant: instant(proposal.startAt) },
    ...proposal.flags.map(flag => ({ name: 'flag', valueCoding: { system: hubCodeSystem('triage-flag'), code: flag } })),
    ...proposal.missing.map(({ linkId, text }) => ({ name: 'missing', part: [{ name: 'linkId', valueString: linkId }, { name: 'text', valueString: text }] })),
    ...(proposal.questionnaire === undefined ? [] : [{ name: 'questionnaire', resource: proposal.questionnaire }]),
    ...proposal.conflicts.map(({ fact, text, from }) => ({
      name: 'conflict',
      part: [{ name: 'fact', valueString: fact }, { name: 'text', valueString: text }, ...from.map(each => ({ name: 'reference', valueString: each }))],
    })),
    ...proposal.observations.map(observation),
    ...proposal.rules.map(rule),
    ...proposal.changes.map(({ fact, to, disposition, text }) => ({
      name: 'change',
      part: [{ name: 'fact', valueString: fact }, { name: 'to', valueString: to }, { name: 'disposition', valueCode: disposition }, { name: 'text', valueString: text }],
    })),
    ...(proposal.emergencyAdvice === undefined ? [] : [{ name: 'emergencyAdvice', valueString: proposal.emergencyAdvice }]),
    { name: 'pack', part: [{ name: 'canonical', valueCanonical: proposal.pack.canonical }, { name: 'version', valueString: proposal.pack.version }] },
    { name: 'inputs', valueString: proposal.inputs },
  ],
})

const service = ({ line, rank, reference, code, reason, opensAt, priority, dueAt }: ProposedService): ParametersParameter => ({
  name: 'service',
  part: [
    { name: 'line', valueInteger: line },
    { name: 'rank', valueInteger: rank },
    ...(reference === undefined ? [] : [{ name: 'reference', valueReference: { reference } }]),
    { name: 'code', valueCode: code },
    { name: 'reason', valueString: reason },
    ...(opensAt === undefined ? [] : [{ name: 'opens', valueInstant: instant(opensAt) }]),
    ...(priority === undefined ? [] : [{ name: 'priority', valueCode: priority }]),
    ...(dueAt === undefined ? [] : [{ name: 'due', valueInstant: instant(dueAt) }]),
  ],
})

const observation = ({ parameter, score, from, minutesOld }: ObservedScore): ParametersParameter => ({
  name: 'observation',
  part: [
    { name: 'parameter', valueCode: parameter },
    { name: 'score', valueInteger: score },
    { name: 'reference', valueString: from },
    ...(minutesOld === undefined ? [] : [{ name: 'minutes', valueInteger: minutesOld }]),
  ],
})

const rule = ({ id, step, result, fact, factReferences, source }: RuleResult): ParametersParameter => ({
  name: 'rule',
  part: [
    { name: 'id', valueString: id },
    { name: 'step', valueString: step },
    { name: 'result', valueCode: result },
    { name: 'fact', valueString: fact },
    ...factReferences.map(reference => ({ name: 'factReference', valueString: reference })),
    { name: 'source', valueString: source },
  ],
})
