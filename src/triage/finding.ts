/**
 * The rule packs as `HealthcareService/$find` asks them: for a need, a place and what else is known, each service of each
 * pack with the criteria that it fails. The rules, lines and times are those by which a referral would be judged; rules
 * about what only a referral knows (observations, consent, safety) are left to it.
 */
import { SOME_OTHER_DISTRICT } from '../directory/coverage.ts'
import { codingKey } from '../directory/find/entry.ts'
import type { Ask, Asked, Criterion, Judgement, PackView, Verdict } from '../directory/find/judging.ts'
import type { Directory } from '../directory/services.ts'
import { hubCodeSystem } from '../fhir/resource.ts'
import type { Situation } from './condition.ts'
import { deadlineOf } from './engine.ts'
import { factsOf, type Fact, type Facts } from './facts.ts'
import { SETTINGS, type Setting } from './facts/setting.ts'
import { linesOf, needHere } from './lines.ts'
import type { CompiledNeed, CompiledPack, CompiledRule, Triage } from './load.ts'
import { momentOf } from './moment.ts'
import { practicePlace } from './placing.ts'
import { leadSituation, situationOf } from './situation.ts'
import { SNOMED } from './vocabulary.ts'

const NEEDS = hubCodeSystem('need')

/** Facts that a question without a patient can say, and those that follow from them. */
const ASKABLE: ReadonlySet<string> = new Set([
  'age', 'needs', 'residence', 'practice', 'setting', 'referrer', 'can-travel', 'frailty', 'two-hour-care-in-time', 'long-term-condition',
  'lead-need', 'lead-class', 'lead-priority', 'lines-by-practice', 'need-classes', 'line-marks',
])
/** Eligibility (3 to 8), and what a line is marked by (11); hours and room are told of each service. */
const STEPS: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 11])

export const createPackView = (triage: Triage, directory: Directory): PackView => ({
  get needs() { return triage.vocabulary.needs },
  get referrers() { return triage.vocabulary.referrerKinds },
  settings: new Set(SETTINGS),
  judge: asked => judge(triage, directory, asked),
})

const judge = (triage: Triage, directory: Directory, asked: Asked): Judgement => {
  const code = needCode(triage, asked)
  const governing = packFor(triage, asked)
  const judged = governing === undefined || code === undefined ? undefined : judgeBy(triage, governing, code, asked, directory)
  const knowing = governing?.needs.has(code ?? '') === true ? governing : triage.packs.find(({ needs }) => needs.has(code ?? ''))
  return {
    pack: governing === undefined ? undefined : { canonical: governing.pack.url, version: governing.pack.version },
    urgency: judged?.urgency ?? urgencyOf(knowing, code, asked),
    codes: code === undefined ? [] : codesOf(triage, code),
    asks: judged?.asks ?? [],
    verdicts: triage.packs.flatMap(pack => (pack === governing && judged !== undefined ? judged.verdicts : verdictsElsewhere(pack, governing, code, asked, directory))),
  }
}

const needCode = ({ vocabulary }: Triage, { need: { system, code = '' } }: Asked): string | undefined => {
  if (system === SNOMED) return vocabulary.snomedNeeds.get(code)
  return (system === undefined || system === NEEDS) && vocabulary.needs.has(code) ? code : undefined
}

const codesOf = ({ vocabulary }: Triage, code: string): readonly string[] => [
  codingKey({ system: NEEDS, code }),
  ...[...vocabulary.snomedNeeds].flatMap(([snomed, need]) => (need === code ? [codingKey({ system: SNOMED, code: snomed })] : [])),
]

/** By the district of the place, else by the GP practice, as a referral's. */
const packFor = ({ packs }: Triage, { place, practice }: Asked): CompiledPack | undefined =>
  packs.find(({ pack }) => place.district !== undefined && pack.districts.includes(place.district))
  ?? packs.find(({ pack, locality }) => {
    const found = practice === undefined ? undefined : practicePlace(locality.area, { ods: [practice] })
    return found?.kind === 'district' && pack.districts.includes(found.code)
  })

type Judged = Pick<Judgement, 'asks' | 'verdicts' | 'urgency'>

const judgeBy = (triage: Triage, pack: CompiledPack, code: string, asked: Asked, directory: Directory): Judged => {
  const moment = momentOf(pack.pack, asked.at, undefined)
  const situation = situationOf(factsFor(triage, asked, code), pack, moment)
  const need = needHere(code, pack, situation)
  const lines = linesOf([code], pack, situation, { directory, receivedAt: asked.at, deadlineOf: each => deadlineOf(each, moment) })
  Object.assign(situation, leadSituation(lines, pack, moment))
  const rules = pack.rules.filter(({ step, facts }) => STEPS.has(step) && facts.every(fact => ASKABLE.has(fact)))
  const failing = rules.filter(rule => rule.fails(situation) === true)
  const refused = failing.filter(({ rule: { then } }) => then.decide !== undefined && then.decide.disposition !== 'moreinfo').map(criterion)
  const review = failing.filter(({ rule: { then } }) => then.review !== undefined && then.decide === undefined).map(criterion)
  const [line] = lines
  return {
    asks: failing.flatMap(({ rule: { then } }) => (then.decide?.disposition === 'moreinfo' ? then.missing ?? [] : []))
      .filter((linkId, index, all) => all.indexOf(linkId) === index)
      .map((linkId): Ask => ({ linkId, text: pack.pack.texts.questions[linkId] ?? linkId })),
    urgency: line === undefined ? undefined : { priority: line.need.priority, deadlineAt: deadlineOf(line.need, moment) },
    verdicts: verdictsOf(pack, directory, service => {
      const rank = line?.services.indexOf(service) ?? -1
      return { rank, failed: [...(rank >= 0 ? [] : [notListed(need, service, situation)]), ...refused], review }
    }),
  }
}

const criterion = ({ rule: { id, criterion: text, source } }: CompiledRule): Criterion => ({ code: id, result: 'fail', text, source })

const notListed = (need: CompiledNeed | undefined, service: string, situation: Situation): Criterion => {
  const listed = need?.services.find(({ code }) => code === service)
  const title = need?.need.title ?? 'the need'
  if (listed === undefined) return { code: 'need', result: 'fail', text: `it is not among the services for ${title}`, ...(need === undefined ? {} : { source: need.need.source }) }
  const isKnown = listed.when?.(situation) === false
  return {
    code: 'need', result: isKnown ? 'fail' : 'unknown', source: need?.need.source ?? '',
    text: `for ${title} it is listed under a condition that ${isKnown ? 'does not hold' : 'depends on what was not said'} (age, frailty, canTravel, referrer, setting)`,
  }
}

/** Of a pack that does not govern there. */
const verdictsElsewhere = (pack: CompiledPack, governing: CompiledPack | undefined, code: string | undefined, { place }: Asked, directory: Directory): readonly Verdict[] => {
  const need = code === undefined ? undefined : pack.needs.get(code)
  const where: Criterion = place.kind === 'ask' && governing === undefined
    ? { code: 'place', result: 'unknown', text: 'whether the place is in its area cannot be told' }
    : { code: 'place', result: 'fail', text: `the place is not in the area of ${pack.pack.title}` }
  return verdictsOf(pack, directory, service => ({
    rank: -1, review: [],
    failed: [...(need?.services.some(each => each.code === service) === true ? [] : [notListed(need, service, {})]), where],
  }))
}

const verdictsOf = (pack: CompiledPack, directory: Directory, judge: (service: string) => Pick<Verdict, 'rank' | 'failed' | 'review'>): readonly Verdict[] =>
  [...pack.services.values()].flatMap(({ code, reason }) => {
    const reference = directory.find(pack.locality.name, code)?.reference
    return reference === undefined ? [] : [{ reference, code, reason, ...judge(code) }]
  })

/** By a pack that knows the need, where none governs: for services that no pack lists. */
const urgencyOf = (pack: CompiledPack | undefined, code: string | undefined, { at }: Asked): Judgement['urgency'] => {
  const need = code === undefined ? undefined : pack?.needs.get(code)?.need
  return pack === undefined || need === undefined ? undefined
    : { priority: need.priority, deadlineAt: deadlineOf(need, momentOf(pack.pack, at, undefined)) }
}

const factsFor = ({ vocabulary }: Triage, asked: Asked, code: string): Facts => ({
  ...factsOf({ resources: [], receivedAt: asked.at, callerKind: undefined, vocabulary }),
  needs: [{ code, from: 'need' }],
  age: known(asked.age === undefined ? undefined : { low: asked.age, high: asked.age }, 'age'),
  residence: residenceFor(asked),
  practice: known(asked.practice === undefined ? undefined : { ods: [asked.practice] }, 'practice'),
  referrer: known(asked.referrer, 'referrer'),
  setting: known(asked.setting as Setting | undefined, 'setting'),
  canTravel: known(asked.canTravel, 'canTravel'),
  frailty: known(asked.frailty, 'frailty'),
})

const residenceFor = ({ place }: Asked): Facts['residence'] => {
  switch (place.kind) {
    case 'district': return known([{ district: place.district ?? SOME_OTHER_DISTRICT, from: 'place' }], 'place')
    case 'outside': return known([{ district: SOME_OTHER_DISTRICT, from: 'place' }], 'place')
    case 'ask': return undefined
  }
}

const known = <T>(value: T | undefined, from: string): Fact<T> => (value === undefined ? undefined : { value, from })
