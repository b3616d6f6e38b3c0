/**
 * The trace of a decision: every rule with pass, fail or unknown, the fact it went by, where that came from, and the
 * sentence behind the rule.
 */
import { isStated, type FactValue, type Truth } from './condition.ts'
import type { Decision } from './engine.ts'
import type { Facts } from './facts.ts'
import type { CompiledPack, CompiledRule } from './load.ts'
import type { RuleResult } from './proposal.ts'

/** Facts that the hub works out itself: known even when there is nothing on the list. */
const WORKED_OUT = new Set(['conflicts', 'line-marks', 'full-services', 'line-is-empty', 'on-duty', 'line-open', 'after-cut-off', 'crosses-closing', 'lead-priority'])

export const traceOf = (pack: CompiledPack, decision: Decision, facts: Facts): readonly RuleResult[] =>
  pack.rules.map((rule, index) => resultOf(rule, decision.failed[index], decision, facts))

const resultOf = (compiled: CompiledRule, truth: Truth, decision: Decision, facts: Facts): RuleResult => {
  const { rule, facts: asked } = compiled
  const known = asked.filter(fact => isKnown(fact, decision))
  const from = known.map(fact => sourceOf(fact, facts)).filter(source => source !== undefined)
  return {
    id: rule.id,
    step: rule.step,
    // A rule that asks whether something is stated fails by its absence; of any other, nothing stated is nothing known.
    result: truth === true ? 'fail' : truth === undefined || known.length === 0 ? 'unknown' : 'pass',
    fact: asked.map(fact => `${fact}: ${isKnown(fact, decision) ? textOf(decision.situation[fact]) : 'not stated'}`).join(', '),
    factReferences: from.length < 2 ? from : [...new Set(from)],
    source: sourceText(compiled),
  }
}

/** The criterion and the sentence behind it: one text for each rule, however often it is told. */
const sourceText = (compiled: CompiledRule): string => {
  const known = sourceTexts.get(compiled) ?? `${compiled.rule.criterion} [${compiled.rule.source}]`
  sourceTexts.set(compiled, known)
  return known
}

const sourceTexts = new WeakMap<CompiledRule, string>()

const isKnown = (fact: string, { situation }: Decision): boolean =>
  isStated(situation[fact]) || (WORKED_OUT.has(fact) && situation[fact] !== undefined)

const textOf = (value: FactValue | undefined): string => {
  if (value === undefined) return 'not stated'
  if (typeof value !== 'object') return String(value)
  if ('low' in value) return value.low === value.high ? String(value.low) : `${value.low} to ${value.high}`
  return value.length === 0 ? 'none' : value.join(' ')
}

/** Where a fact came from; what the hub works out itself comes from nowhere else. */
export const sourceOf = (fact: string, facts: Facts): string | undefined => {
  switch (fact) {
    case 'red-flags': return facts.redFlags[0]?.from
    case 'soft-flags': return facts.softFlags[0]?.from
    case 'news2':
    case 'news2-single-three':
    case 'news2-consciousness-known':
    case 'news2-parts':
    case 'news2-differs': return facts.news2.total?.from
    case 'advance-plan': return facts.advancePlan?.from
    case 'age': return facts.age?.from
    case 'needs':
    case 'lead-need':
    case 'lead-class':
    case 'need-classes':
    case 'lead-priority': return facts.needs[0]?.from
    case 'conflicts': return facts.conflicts[0]?.from[0]
    case 'residence': return facts.residence?.from
    case 'practice': return facts.practice?.from
    case 'setting': return facts.setting?.from
    case 'referrer': return facts.referrer?.from
    case 'two-hour-care-in-time': return facts.lastTwoHourResponse?.from
    case 'consent': return facts.consent?.from
    case 'safe-to-wait': return facts.safeToWait?.from
    case 'can-travel': return facts.canTravel?.from
    case 'rehab-potential': return facts.rehabPotential?.from
    case 'long-term-condition': return facts.longTermCondition?.from
    case 'admission-decided': return facts.admissionDecided?.from
    case 'discharge-notice': return facts.dischargeNotice?.from
    case 'frailty': return facts.frailty?.from
    case 'ambulance-category': return facts.ambulanceCategory?.from
    case 'safeguarding': return facts.safeguarding?.from
    default: return undefined
  }
}
