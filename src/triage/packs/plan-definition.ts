/**
 * A rule pack as a PlanDefinition, so that partners read it where they read everything else: the steps in their order
 * with a rule as an action each (what makes it fail, what then follows, the sentence behind it), the needs with their
 * priority and ranked services, the places. https://hl7.org/fhir/R4/plandefinition.html
 *
 * It is made from the pack and never read back: what decides is the pack.
 */
import type { CodeableConcept, Expression, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import type { Condition } from '../condition.ts'
import { stepNumber, STEPS, type Candidacy, type Outcome, type Place, type Rule, type RulePack } from '../pack.ts'
import { conditionInWords } from './words.ts'

export const planDefinitionOf = (pack: RulePack): PlanDefinition => ({
  resourceType: 'PlanDefinition',
  id: pack.id,
  url: pack.url,
  version: pack.version,
  name: pack.id.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('') + 'Triage',
  title: pack.title,
  type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'eca-rule', display: 'ECA Rule' }] },
  status: pack.status,
  jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: 'GB' }] }],
  ...(pack.notes.length === 0 ? {} : { description: pack.notes.join('\n\n') }),
  ...(pack.conflicts.length === 0 ? {} : { purpose: pack.conflicts.map(conflictText).join('\n') }),
  relatedArtifact: Object.entries(pack.sources).map(([label, citation]) => ({ type: 'derived-from' as const, label, citation })),
  action: [
    ...STEPS.flatMap(number => stepAction(pack, number)),
    {
      prefix: 'needs', title: 'What each need calls for', groupingBehavior: 'logical-group',
      action: pack.needs.map(({ code, title, priority, services, source }) => ({
        title, description: source, priority, code: coded('need', code), ...servicesOf(services, pack),
      })),
    },
    ...(pack.places ?? []).map(place => placeAction(pack, place)),
  ],
})

const conflictText = ({ number, question, decision }: RulePack['conflicts'][number]): string => `${number}. ${question} ${decision}`

const coded = (system: string, ...codes: readonly string[]): CodeableConcept[] => codes.map(code => ({ coding: [{ system: hubCodeSystem(system), code }] }))

const placeAction = (pack: RulePack, { id, title, when, except = [], priority, services, source }: Place): PlanDefinitionAction => ({
  id, prefix: 'place', title, description: except.length === 0 ? source : `${source}. Not for: ${except.join(', ')}`, priority,
  condition: applicable(when, pack), ...servicesOf(services, pack),
})

const stepAction = (pack: RulePack, number: number): readonly PlanDefinitionAction[] => {
  const rules = pack.rules.filter(rule => stepNumber(rule) === number)
  return rules.length === 0 ? []
    : [{ prefix: String(number), title: `Step ${number}`, groupingBehavior: 'logical-group', action: rules.map(rule => ruleAction(pack, rule)) }]
}

const ruleAction = (pack: RulePack, { id, step, criterion, failsWhen, ifUnknown, then, source }: Rule): PlanDefinitionAction => {
  const priority = then.decide?.priority ?? then.review?.priority
  return {
    id, prefix: step, title: criterion, description: source,
    textEquivalent: `${outcomeInWords(then)}${ifUnknown === undefined ? '' : '; also where it is not known'}`,
    ...(priority === undefined ? {} : { priority }),
    ...(then.flags === undefined ? {} : { code: coded('triage-flag', ...then.flags) }),
    condition: applicable(failsWhen, pack),
  }
}

/** Ranked alternatives: the first is offered first. */
const servicesOf = (services: readonly Candidacy[], pack: RulePack): Pick<PlanDefinitionAction, 'selectionBehavior' | 'action'> => {
  if (services.length === 0) return {}
  return {
    selectionBehavior: 'at-most-one',
    action: services.map(({ code, when }) => ({
      title: pack.services.find(service => service.code === code)?.title ?? code,
      code: coded('service', code),
      ...(when === undefined ? {} : { condition: applicable(when, pack) }),
    })),
  }
}

const applicable = (condition: Condition, { thresholds }: RulePack): NonNullable<PlanDefinitionAction['condition']> =>
  [{ kind: 'applicability', expression: expressionOf(condition, thresholds) }]

/** In the language of packs: none of FHIR's says three values. The words are for people. */
const expressionOf = (condition: Condition, thresholds: RulePack['thresholds']): Expression =>
  ({ description: conditionInWords(condition, thresholds), language: 'application/json', expression: JSON.stringify(condition) })

const outcomeInWords = ({ decide, review, flags, missing, notOffered, removeFull, advice }: Outcome): string => [
  ...(decide === undefined ? [] : [decisionInWords(decide)]),
  ...(review === undefined ? [] : [
    `then review${review.candidates?.length === 0 ? ', no candidate' : ''}${review.due === undefined ? '' : ' after the next opening'}`,
  ]),
  ...(missing === undefined ? [] : [`asks for ${missing.join(', ')}`]),
  ...(notOffered === undefined ? [] : [`not offered: ${notOffered.join(', ')}`]),
  ...(removeFull === undefined ? [] : ['full services are left out']),
  ...(advice === undefined ? [] : [`advice: ${advice}`]),
  ...(flags === undefined ? [] : [`flags ${flags.join(', ')}`]),
].join('; ')

const decisionInWords = ({ disposition, services = [], due, insteadOf }: NonNullable<Outcome['decide']>): string => [
  `then ${disposition}${services.length === 0 ? '' : ` (${services.join(', ')})`}`,
  ...(due === 'now' ? ['due now'] : []), ...(insteadOf === undefined ? [] : [`instead of ${insteadOf}`]),
].join(', ')
