/**
 * Runs a pack over a situation: steps in order, each rule evaluated; the first decision stands, a required review
 * waits for what may still come, flags add up, full services go. Pure and total: it always ends in a proposal.
 *
 * How decisions and reviews meet (triage model, "How it is read"): a review required by step 2 yields only to step 10;
 * one required by steps 5 to 12 yields to a later redirect, moreinfo or closed, never to an offer.
 */
import type { Directory } from '../directory/services.ts'
import type { FactValue, Truth } from './condition.ts'
import type { Facts } from './facts.ts'
import { moreUrgent, linesOf, type Line } from './lines.ts'
import type { CompiledPack, CompiledRule } from './load.ts'
import { sameDayAt, type Moment } from './moment.ts'
import type { Candidate, Need, Outcome } from './pack.ts'
import type { Disposition, Priority } from './proposal.ts'
import { leadSituation, situationOf } from './situation.ts'

export interface EngineInput {
  readonly pack: CompiledPack
  readonly facts: Facts
  readonly moment: Moment
  readonly directory: Directory
  /** Free places by service code, where they are known; 0 is full. */
  readonly capacity: ReadonlyMap<string, number>
}

export interface Decision {
  readonly disposition: Disposition
  /** Lead first; for emergency and redirect the one service named. */
  readonly lines: readonly (readonly string[])[]
  /** Each line's own urgency and due, as if offered now; empty where a step decided for the whole referral. */
  readonly times: readonly LineTime[]
  readonly priority: Priority
  readonly dueAt: number | undefined
  readonly flags: readonly string[]
  readonly missing: readonly string[]
  readonly advice: string | undefined
  /** One truth per rule of the pack, in its order: true means that the rule failed. */
  readonly failed: readonly Truth[]
  readonly situation: Readonly<Record<string, FactValue | undefined>>
}

export interface LineTime {
  readonly priority: Priority
  readonly dueAt?: number
}

/** A review that a step asked for. */
interface Review {
  readonly step: number
  readonly outcome: NonNullable<Outcome['review']>
}

type Decided = NonNullable<Outcome['decide']>
/** Service codes per line, ranked; the lead's first. */
type Candidates = readonly (readonly string[])[]

/** @param wanted of the answer alone, rules that can no longer change it are not asked: their truths and the lines' times are not there */
export const decide = (input: EngineInput, wanted: 'trace' | 'answer' = 'trace'): Decision => {
  const { pack, facts, moment } = input
  const situation = situationOf(facts, pack, moment)
  const ranking = { directory: input.directory, receivedAt: moment.receivedAt, deadlineOf: (need: Need) => deadlineOf(need, moment) }
  const lines = linesOf(facts.needs.map(({ code }) => code), pack, situation, ranking)
  Object.assign(situation, leadSituation(lines, pack, moment))
  const lead = lines[0]

  const failed: Truth[] = []
  const flags = new Set<string>()
  const missing = new Set<string>()
  const reviews: Review[] = []
  let decided: Decided | undefined
  let advice: string | undefined
  /** Candidates per line, as they stand. */
  let offered: Candidates = lines.map(({ services }) => services)
  let hasCandidates = false
  let hasDecided = false
  // A decision that a review of step 2 kept from being taken: no offer may follow it, a child is not admitted unseen.
  let isHeldBack = false
  const base = lead?.need.priority ?? 'asap'
  let provisional: Priority = base

  for (let index = 0; index < pack.rules.length;) {
    const step = pack.rules[index]?.step ?? 0
    const found: CompiledRule[] = []
    if (step >= 11) markFull(situation, offered, input.capacity)
    for (; index < pack.rules.length && pack.rules[index]?.step === step; index++) {
      const rule = pack.rules[index]
      if (rule === undefined) break
      const truth = rule.fails(situation)
      failed.push(truth)
      if (truth === true || (truth === undefined && rule.rule.ifUnknown === 'fails')) found.push(rule)
    }
    if (hasDecided) provisional = found.reduce(raisedBy, provisional)
    if (hasDecided || found.length === 0) continue

    const chosen = decisionOf(found)
    const taken = chosen !== undefined && !(isHeldBack && chosen.disposition === 'offer') && mayDecide(chosen, reviews) ? chosen : undefined
    if (chosen !== undefined && taken === undefined) isHeldBack = true
    for (const { rule: { then } } of found) {
      if (then.decide?.disposition === 'offer' && taken === undefined) continue
      for (const flag of then.flags ?? []) flags.add(flag)
      for (const item of then.missing ?? []) missing.add(item)
      if (then.advice !== undefined) advice = then.advice
      if (then.removeFull === true) offered = offered.map(line => line.filter(code => !isFull(code, input.capacity)))
      if (then.review !== undefined && then.decide === undefined) {
        reviews.push({ step, outcome: then.review })
        const { candidates } = then.review
        if (candidates?.length === 0) offered = []
        else if (candidates !== undefined && !hasCandidates) offered = [candidatesOf(candidates, offered[0] ?? []), ...offered.slice(1)]
        hasCandidates ||= candidates !== undefined
      }
      if (then.notOffered !== undefined) offered = offered.map(line => line.filter(code => then.notOffered?.includes(code) !== true))
    }
    if (taken !== undefined) {
      decided = taken
      hasDecided = true
      // A question goes by the urgency that later steps would give.
      if (wanted === 'answer' && taken.disposition !== 'moreinfo') break
    }
  }

  const reviewing = decided === undefined && reviews.length > 0
  return {
    disposition: decided?.disposition ?? (reviewing ? 'review' : 'offer'),
    lines: decided === undefined ? offered : [decided.services ?? []],
    times: decided === undefined && wanted === 'trace' ? lines.map((line, index) => timeOf(line, offered[index]?.[0], pack, moment, input.directory)) : [],
    priority: decided !== undefined ? decidedPriority(decided, base, reviews.reduce(reviewed, provisional)) : reviews.reduce(reviewed, base),
    dueAt: decided !== undefined ? decidedDue(decided, lead, moment) : reviewing ? reviewDue(reviews, moment) : offerDue(lead, offered[0]?.[0], pack, moment, input.directory),
    flags: [...flags],
    missing: [...missing],
    advice,
    failed,
    situation,
  }
}

/** Of a step's findings the one that replaces another's decision, else the first that decides. */
const decisionOf = (found: readonly CompiledRule[]): Decided | undefined => {
  const decisions = found.flatMap(({ rule: { then } }) => then.decide ?? [])
  const plain = decisions.find(({ insteadOf }) => insteadOf === undefined)
  return decisions.find(({ insteadOf }) => insteadOf !== undefined && insteadOf === plain?.disposition) ?? plain
}

const mayDecide = (decision: Decided, reviews: readonly Review[]): boolean => {
  if (reviews.length === 0) return true
  const fromStep2 = reviews.some(({ step }) => step === 2)
  const fromLater = reviews.some(({ step }) => step !== 2)
  return decision.disposition === 'offer' ? !fromLater : !fromStep2
}

/** A review is at least urgent. */
const reviewed = (priority: Priority, { outcome }: Review): Priority => moreUrgent(priority, outcome.priority ?? 'urgent')

/** What later rules would have asked for, had the facts that are missing been the usual ones. */
const raisedBy = (priority: Priority, { rule: { then } }: CompiledRule): Priority =>
  moreUrgent(priority, then.review === undefined ? then.decide?.priority ?? priority : then.review.priority ?? 'urgent')

/** A question keeps the provisional urgency, so that what is missing never ranks below what is usual. */
const decidedPriority = (decision: Decided, base: Priority, provisional: Priority): Priority => {
  switch (decision.disposition) {
    case 'offer': return decision.priority ?? base
    case 'moreinfo': return provisional
    case 'emergency':
    case 'review':
    case 'redirect':
    case 'closed': return moreUrgent(base, decision.priority ?? base)
  }
}

const decidedDue = (decision: Decided, lead: Line | undefined, moment: Moment): number | undefined => {
  if (decision.due === 'now') return moment.receivedAt
  switch (decision.disposition) {
    case 'moreinfo':
    case 'review': return moment.reviewAt
    case 'offer': return sameDayAt(moment, lead?.need.class ?? 'health')
    case 'emergency': return moment.receivedAt
    case 'redirect':
    case 'closed': return undefined
  }
}

const reviewDue = (reviews: readonly Review[], moment: Moment): number =>
  reviews.some(({ outcome }) => outcome.due === 'first-look') ? moment.firstLookAt : moment.reviewAt

const offerDue = (lead: Line | undefined, first: string | undefined, pack: CompiledPack, moment: Moment, directory: Directory): number | undefined => {
  if (lead?.need.due === 'none') return undefined
  switch (lead?.need.priority) {
    case 'stat': return moment.receivedAt
    case 'asap': return moment.asapAt
    case 'urgent': return beforeClosing(sameDayAt(moment, lead.need.class), first, pack, moment, directory)
    case 'routine':
    case undefined: return undefined
  }
}

/** Not after the closing of the service that leads, where it states its hours and is open. */
const beforeClosing = (dueAt: number, code: string | undefined, pack: CompiledPack, moment: Moment, directory: Directory): number => {
  const closesAt = code === undefined ? undefined : directory.find(pack.locality.name, code)?.openingAt(moment.receivedAt)?.to
  return closesAt === undefined ? dueAt : Math.min(dueAt, closesAt)
}

const timeOf = (line: Line, first: string | undefined, pack: CompiledPack, moment: Moment, directory: Directory): LineTime => {
  const dueAt = offerDue(line, first, pack, moment, directory)
  return { priority: line.need.priority, ...(dueAt === undefined ? {} : { dueAt }) }
}

/** By when a need must be met; `Infinity` where it is due at no time. */
export const deadlineOf = (need: Need, moment: Moment): number => {
  if (need.due === 'none') return Infinity
  switch (need.priority) {
    case 'stat': return moment.receivedAt
    case 'asap': return moment.asapAt
    case 'urgent': return sameDayAt(moment, need.class)
    case 'routine': return Infinity
  }
}

const candidatesOf = (candidates: readonly Candidate[], ofTheNeed: readonly string[]): readonly string[] => [...new Set(candidates.flatMap(candidate => {
  if ('ofTheNeed' in candidate) return ofTheNeed
  return candidate.ifListed === true && !ofTheNeed.includes(candidate.service) ? [] : [candidate.service]
}))]

const isFull = (code: string, capacity: ReadonlyMap<string, number>): boolean => (capacity.get(code) ?? 1) <= 0

const markFull = (situation: Record<string, FactValue | undefined>, offered: Candidates, capacity: ReadonlyMap<string, number>): void => {
  situation['full-services'] = offered.flat().filter(code => isFull(code, capacity))
  situation['line-is-empty'] = offered.some(line => line.length > 0 && line.every(code => isFull(code, capacity)))
}
