/**
 * The names in a rule pack: every service, need, fact, threshold, question, text, district and code that it uses exists,
 * none stands twice, and no fact is compared with what it can never be. What leads nowhere is told with its place and,
 * where one is near, the name that was probably meant.
 */
import type { Locality } from '../../directory/load.ts'
import { nearest } from '../../fhir/nearest.ts'
import type { Condition } from '../condition.ts'
import { stepNumber, STEPS, type Candidacy, type RulePack } from '../pack.ts'
import { FACT_KINDS, isFact, type FactKind } from './fact-values.ts'
import { step, type Unplaced } from './text.ts'

/** The pack's form is right (`faults.ts`). */
export const unknownNames = (pack: RulePack, locality: Pick<Locality, 'coverage'>): readonly Unplaced[] => {
  const services = pack.services.map(({ code }) => code)
  const needs = pack.needs.map(({ code }) => code)
  const places = pack.places ?? []
  const districts = locality.coverage.districts.map(({ code }) => code)
  return [
    ...twice('/services', pack.services, ({ code }) => code, 'code'),
    ...twice('/needs', pack.needs, ({ code }) => code, 'code'),
    ...twice('/rules', pack.rules, ({ id }) => id, 'id'),
    ...twice('/places', places, ({ id }) => id, 'id'),
    ...twice('/referrers', pack.referrers, ({ code }) => code, 'code'),
    ...twice('/redFlags', pack.redFlags, ({ code }) => code, 'code'),
    ...pack.needs.flatMap(({ services: ranked }, index) => candidacyFaults(`/needs/${index}/services`, ranked, pack)),
    ...pack.services.flatMap(({ destinations = [] }, index) => [
      ...twice(`/services/${index}/destinations`, destinations, ({ code }) => code, 'code'),
      ...destinations.flatMap(({ when }, rank) => (
        when === undefined ? [] : conditionFaults(`/services/${index}/destinations/${rank}/when`, when, pack))),
    ]),
    ...places.flatMap(({ when, except, services: ranked }, index) => [
      ...conditionFaults(`/places/${index}/when`, when, pack),
      ...candidacyFaults(`/places/${index}/services`, ranked, pack),
      ...(except ?? []).flatMap((code, at) => unknown(`/places/${index}/except/${at}`, 'need', code, needs)),
    ]),
    ...pack.rules.flatMap((rule, index) => ruleFaults(`/rules/${index}`, rule, pack, services)),
    ...pack.districts.flatMap((code, index) => unknown(`/districts/${index}`, 'district of the coverage', code, districts)),
  ]
}

const ruleFaults = (at: string, rule: RulePack['rules'][number], pack: RulePack, services: readonly string[]): readonly Unplaced[] => {
  const { advice, missing = [], decide, notOffered = [], review } = rule.then
  const { texts } = pack
  const each = (element: string, what: string, names: readonly string[], known: readonly string[]): readonly Unplaced[] =>
    names.flatMap((name, index) => unknown(`${at}/then/${element}/${index}`, what, name, known))
  return [
    ...(STEPS.includes(stepNumber(rule)) ? [] : [{ pointer: `${at}/step`, text: `there is no step ${rule.step}; there are 1 to 12` }]),
    ...conditionFaults(`${at}/failsWhen`, rule.failsWhen, pack),
    ...each('missing', 'question (texts/questions)', missing, Object.keys(texts.questions)),
    ...(advice === undefined ? [] : unknown(`${at}/then/advice`, 'text (texts/advice)', advice, Object.keys(texts.advice))),
    ...each('decide/services', 'service', decide?.services ?? [], services),
    ...each('notOffered', 'service', notOffered, services),
    ...(review?.candidates ?? []).flatMap((candidate, index) => (
      'service' in candidate ? unknown(`${at}/then/review/candidates/${index}/service`, 'service', candidate.service, services) : [])),
  ]
}

const candidacyFaults = (at: string, ranked: readonly Candidacy[], pack: RulePack): readonly Unplaced[] => [
  ...twice(at, ranked, ({ code }) => code, 'code'),
  ...ranked.flatMap(({ code, when }, index) => [
    ...unknown(`${at}/${index}/code`, 'service', code, pack.services.map(each => each.code)),
    ...(when === undefined ? [] : conditionFaults(`${at}/${index}/when`, when, pack)),
  ]),
]

const conditionFaults = (at: string, condition: Condition, pack: RulePack): readonly Unplaced[] => {
  if ('all' in condition) return condition.all.flatMap((part, index) => conditionFaults(`${at}/all/${index}`, part, pack))
  if ('any' in condition) return condition.any.flatMap((part, index) => conditionFaults(`${at}/any/${index}`, part, pack))
  if ('not' in condition) return conditionFaults(`${at}/not`, condition.not, pack)
  const { fact } = condition
  if (!isFact(fact)) return unknown(`${at}/fact`, 'fact', fact, Object.keys(FACT_KINDS))
  const kind = FACT_KINDS[fact]
  const comparison = comparisonIn(condition)
  const pointer = `${at}/${comparison}`
  const cannot = (text: string): readonly Unplaced[] => [{ pointer, text: `${fact} ${text}` }]
  const words = (values: readonly string[]): readonly Unplaced[] =>
    values.flatMap((value, index) => codeFaults(pointer + step(index), fact, kind, value, pack))
  switch (comparison) {
    case 'stated': return []
    case 'atLeast':
    case 'below':
    case 'straddles': return kind.kind === 'number' ? limitFaults(pointer, condition, pack) : cannot('is no number')
    case 'includes':
    case 'only': return kind.kind === 'list' ? words(valuesIn(condition)) : cannot('is no list; compare it with is or in')
    case 'in': return kind.kind === 'code' ? words(valuesIn(condition)) : cannot(kind.kind === 'list' ? NO_CODE : 'is no code')
    case 'is':
    case 'established': {
      if (kind.kind === 'list') return cannot(NO_CODE)
      return codeFaults(pointer, fact, kind, 'is' in condition ? condition.is : 'established' in condition ? condition.established : '', pack)
    }
  }
}

const NO_CODE = 'is a list; compare it with includes or only'

type Comparing = Extract<Condition, { readonly fact: string }>
const COMPARISONS = ['is', 'in', 'atLeast', 'below', 'straddles', 'includes', 'only', 'stated', 'established'] as const

/** The form says that there is one (`pack.schema.json`). */
const comparisonIn = (condition: Comparing): (typeof COMPARISONS)[number] => COMPARISONS.find(name => name in condition) ?? 'stated'

const valuesIn = (condition: Comparing): readonly string[] =>
  ('in' in condition ? condition.in : 'includes' in condition ? condition.includes : 'only' in condition ? condition.only : [])

const codeFaults = (pointer: string, fact: string, kind: FactKind, value: unknown, pack: RulePack): readonly Unplaced[] => {
  const never = (what: string): readonly Unplaced[] => [{ pointer, text: `${fact} is ${what}, never ${JSON.stringify(value)}` }]
  switch (kind.kind) {
    case 'number': return typeof value === 'number' ? [] : never('a number')
    case 'boolean': return typeof value === 'boolean' ? [] : never('true or false')
    case 'code':
    case 'list': {
      if (typeof value !== 'string') return never('a code')
      const codes = kind.codes?.(pack)
      return codes === undefined ? [] : unknown(pointer, `value of the fact ${fact}`, value, codes)
    }
  }
}

const limitFaults = (pointer: string, condition: Comparing, { thresholds }: RulePack): readonly Unplaced[] => {
  const limit = 'atLeast' in condition ? condition.atLeast : 'below' in condition ? condition.below : 'straddles' in condition ? condition.straddles : 0
  return typeof limit === 'number' ? [] : unknown(pointer, 'threshold', limit.replace(/^\$/, ''), Object.keys(thresholds))
}

const unknown = (pointer: string, what: string, name: string, known: readonly string[]): readonly Unplaced[] => {
  if (known.includes(name)) return []
  const meant = nearest(name, known)
  return [{ pointer, text: `there is no ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}` }]
}

const twice = <T>(at: string, list: readonly T[], nameOf: (each: T) => string, element: string): readonly Unplaced[] => {
  const names = list.map(nameOf)
  return names.flatMap((name, index) => (names.indexOf(name) === index ? [] : [{ pointer: `${at}/${index}/${element}`, text: `"${name}" stands twice` }]))
}
