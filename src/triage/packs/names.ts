/**
 * The names in a rule pack: every service, need, fact, threshold, question, text, district and code that it uses exists,
 * none stands twice, and no fact is compared with what it can never be. What leads nowhere is told with its place and,
 * where one is near, the name that was probably meant.
 */
import type { Locality } from '../../directory/load.ts'
import { nearest } from '../../fhir/nearest.ts'
import type { Condition, NumberOrThreshold } from '../condition.ts'
import { stepNumber, STEPS, type Candidacy, type RulePack } from '../pack.ts'
import { FACT_KINDS, isFact, type FactKind } from './fact-values.ts'
import { step, type Unplaced } from './text.ts'

/** The pack's form is right (`faults.ts`). */
export const unknownNames = (pack: RulePack, locality: Pick<Locality, 'coverage'>): readonly Unplaced[] => {
  const services = pack.services.map(({ code }) => code)
  const needs = pack.needs.map(({ code }) => code)
  const places = pack.places ?? []
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
      ...destinations.flatMap(({ when }, rank) => (when === undefined ? [] : conditionFaults(`/services/${index}/destinations/${rank}/when`, when, pack))),
    ]),
    ...places.flatMap(({ when, except, services: ranked }, index) => [
      ...conditionFaults(`/places/${index}/when`, when, pack),
      ...candidacyFaults(`/places/${index}/services`, ranked, pack),
      ...(except ?? []).flatMap((code, at) => unknown(`/places/${index}/except/${at}`, 'need', code, needs)),
    ]),
    ...pack.rules.flatMap((rule, index) => ruleFaults(`/rules/${index}`, rule, pack, services)),
    ...pack.districts.flatMap((code, index) => unknown(`/districts/${index}`, 'district of the coverage', code, locality.coverage.districts.map(each => each.code))),
  ]
}

const ruleFaults = (at: string, rule: RulePack['rules'][number], pack: RulePack, services: readonly string[]): readonly Unplaced[] => {
  const { then } = rule
  return [
    ...(STEPS.includes(stepNumber(rule)) ? [] : [{ pointer: `${at}/step`, text: `there is no step ${rule.step}; there are 1 to 12` }]),
    ...conditionFaults(`${at}/failsWhen`, rule.failsWhen, pack),
    ...(then.missing ?? []).flatMap((item, index) => unknown(`${at}/then/missing/${index}`, 'question (texts/questions)', item, Object.keys(pack.texts.questions))),
    ...(then.advice === undefined ? [] : unknown(`${at}/then/advice`, 'text (texts/advice)', then.advice, Object.keys(pack.texts.advice))),
    ...(then.decide?.services ?? []).flatMap((code, index) => unknown(`${at}/then/decide/services/${index}`, 'service', code, services)),
    ...(then.notOffered ?? []).flatMap((code, index) => unknown(`${at}/then/notOffered/${index}`, 'service', code, services)),
    ...(then.review?.candidates ?? []).flatMap((candidate, index) =>
      ('service' in candidate ? unknown(`${at}/then/review/candidates/${index}/service`, 'service', candidate.service, services) : [])),
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
  const never = (name: string, text: string): Unplaced => ({ pointer: at + step(name), text: `${fact} ${text}` })
  const words = (name: string, values: readonly unknown[]): readonly Unplaced[] => values.flatMap((value, index) => {
    const pointer = at + step(name) + (values.length === 1 && name !== 'in' && name !== 'includes' && name !== 'only' ? '' : step(index))
    return codeFaults(pointer, fact, kind, value, pack)
  })
  if ('atLeast' in condition) return kind.kind === 'number' ? limitFaults(`${at}/atLeast`, condition.atLeast, pack) : [never('atLeast', 'is no number')]
  if ('below' in condition) return kind.kind === 'number' ? limitFaults(`${at}/below`, condition.below, pack) : [never('below', 'is no number')]
  if ('straddles' in condition) return kind.kind === 'number' ? limitFaults(`${at}/straddles`, condition.straddles, pack) : [never('straddles', 'is no number')]
  if ('includes' in condition) return kind.kind === 'list' ? words('includes', condition.includes) : [never('includes', 'is no list; compare it with is or in')]
  if ('only' in condition) return kind.kind === 'list' ? words('only', condition.only) : [never('only', 'is no list; compare it with is or in')]
  if ('stated' in condition) return []
  if (kind.kind === 'list') return [never('in' in condition ? 'in' : 'is' in condition ? 'is' : 'established', 'is a list; compare it with includes or only')]
  if ('in' in condition) return kind.kind === 'code' ? words('in', condition.in) : [never('in', 'is no code')]
  return 'is' in condition ? words('is', [condition.is]) : words('established', [condition.established])
}

const codeFaults = (pointer: string, fact: string, kind: FactKind, value: unknown, pack: RulePack): readonly Unplaced[] => {
  switch (kind.kind) {
    case 'number': return typeof value === 'number' ? [] : [{ pointer, text: `${fact} is a number, never ${JSON.stringify(value)}` }]
    case 'boolean': return typeof value === 'boolean' ? [] : [{ pointer, text: `${fact} is true or false, never ${JSON.stringify(value)}` }]
    case 'code':
    case 'list': {
      if (typeof value !== 'string') return [{ pointer, text: `${fact} is a code, never ${JSON.stringify(value)}` }]
      const codes = kind.codes?.(pack)
      return codes === undefined ? [] : unknown(pointer, `value of the fact ${fact}`, value, codes)
    }
  }
}

const limitFaults = (pointer: string, limit: NumberOrThreshold, { thresholds }: RulePack): readonly Unplaced[] =>
  (typeof limit === 'number' ? [] : unknown(pointer, 'threshold', limit.replace(/^\$/, ''), Object.keys(thresholds)))

const unknown = (pointer: string, what: string, name: string, known: readonly string[]): readonly Unplaced[] => {
  if (known.includes(name)) return []
  const meant = nearest(name, known)
  return [{ pointer, text: `there is no ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}` }]
}

const twice = <T>(at: string, list: readonly T[], nameOf: (each: T) => string, element: string): readonly Unplaced[] => list.flatMap((each, index) => {
  const first = list.findIndex(other => nameOf(other) === nameOf(each))
  return first === index ? [] : [{ pointer: `${at}/${index}/${element}`, text: `"${nameOf(each)}" stands twice` }]
})
