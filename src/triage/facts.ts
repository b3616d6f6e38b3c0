/**
 * The facts that triage decides on, each with the reference it came from. Unknown is `undefined`, never a default.
 *
 * `factsOf` reads them from a referral's resources, in every form that `docs/triage.md` lists; each idea has its own
 * file under `facts/`. Facts say nothing about a locality: what they mean there is the rule pack's.
 */
import type { Resource } from '../fhir/resource.ts'
import { CLOCK_AHEAD_MS, inOrder, type Conflict } from './facts/claims.ts'
import { advancePlanFact, consentFact, type Consent } from './facts/consent.ts'
import { referralFlags, safeguardingFact, type CodedFact } from './facts/flags.ts'
import { frailtyFact } from './facts/frailty.ts'
import { needsFact } from './facts/needs.ts'
import { news2Facts, type News2 } from './facts/observations.ts'
import { ageFact, practiceFact, residenceFact, type AgeRange, type PracticeFact, type ResidenceFact } from './facts/person.ts'
import { ambulanceCategoryFact, referrerFact } from './facts/referrer.ts'
import { openReferral, type Referral } from './facts/resources.ts'
import { settingFact, type Setting } from './facts/setting.ts'
import { lastTwoHourFact, statement, textStatement } from './facts/statements.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A known fact. */
export interface Known<T> {
  readonly value: T
  /** e.g. `Observation/3f….valueQuantity` */
  readonly from: string
}

export type Fact<T> = Known<T> | undefined

export interface Facts {
  readonly referrer: Fact<string>
  readonly age: Fact<AgeRange>
  readonly residence: Fact<ResidenceFact>
  readonly practice: Fact<PracticeFact>
  readonly setting: Fact<Setting>
  readonly needs: readonly CodedFact[]
  readonly redFlags: readonly CodedFact[]
  readonly softFlags: readonly CodedFact[]
  readonly news2: News2
  readonly frailty: Fact<number>
  readonly advancePlan: Fact<'not-for-hospital'>
  readonly consent: Fact<Consent>
  readonly safeToWait: Fact<boolean>
  readonly canTravel: Fact<boolean>
  readonly rehabPotential: Fact<boolean>
  readonly longTermCondition: Fact<boolean>
  readonly admissionDecided: Fact<boolean>
  readonly dischargeNotice: Fact<string>
  /** Day numbers of two-hour care that ended before receipt, the latest. */
  readonly lastTwoHourResponse: Fact<number>
  readonly ambulanceCategory: Fact<string>
  readonly safeguarding: Fact<boolean>
  /** `ServiceRequest.authoredOn`, an instant in milliseconds, as stated. */
  readonly authoredAt: Fact<number>
  /** What cannot be so, or not all at once. */
  readonly conflicts: readonly Conflict[]
}

export interface FactSource {
  readonly resources: readonly Resource[]
  /** `Bundle.entry.fullUrl` to resource, for bundles whose references have not been resolved. */
  readonly aliases?: ReadonlyMap<string, Resource>
  readonly receivedAt: number
  /** When a stored referral first came in. */
  readonly firstReceivedAt?: number | undefined
  /** Instant of the end of two-hour care that the hub's own records hold of the same person. */
  readonly lastTwoHourCareAt?: number | undefined
  /** Registered kind of the client, when it is always of one. */
  readonly callerKind: string | undefined
  readonly vocabulary: Vocabulary
}

/** Reads every fact. Never throws: what has not the expected shape is unknown. */
export const factsOf = (source: FactSource): Facts => {
  const referral: Referral = openReferral(source.resources, source.aliases)
  const age = ageFact(referral, source.receivedAt)
  const flags = referralFlags(referral, source.vocabulary)
  const referrer = referrerFact(referral, source.vocabulary, source.callerKind)
  const facts = {
    referrer,
    age,
    residence: residenceFact(referral, source.receivedAt),
    practice: practiceFact(referral),
    setting: settingFact(referral, source.vocabulary, referrer?.value),
    needs: needsFact(referral, source.vocabulary),
    ...flags,
    news2: news2Facts(referral, source.receivedAt, { underSixteen: age !== undefined && age.value.high < 16, pregnant: flags.softFlags.some(({ code }) => code === 'pregnancy') }),
    frailty: frailtyFact(referral),
    advancePlan: advancePlanFact(referral),
    consent: consentFact(referral),
    safeToWait: statement(referral, 'safe-to-wait', false),
    canTravel: statement(referral, 'can-travel'),
    rehabPotential: statement(referral, 'rehab-potential'),
    longTermCondition: statement(referral, 'long-term-condition'),
    admissionDecided: statement(referral, 'admission-decided'),
    dischargeNotice: textStatement(referral, 'discharge-notice'),
    lastTwoHourResponse: lastTwoHourFact(referral, source.receivedAt, source.lastTwoHourCareAt),
    ambulanceCategory: ambulanceCategoryFact(referral),
    safeguarding: safeguardingFact(referral),
    authoredAt: authoredFact(referral, source.firstReceivedAt ?? source.receivedAt),
  }
  return { ...facts, conflicts: inOrder(referral.conflicts()) }
}

/** Nobody sends an urgent referral a day after it was written: the clock is wrong, or what it says is. */
const WRITTEN_BEFORE_MS = 24 * 60 * 60_000

/** A day without a time is no instant: read as midnight, it would start the two hours in the night before. */
const authoredFact = (referral: Referral, receivedAt: number): Fact<number> => {
  const { request } = referral
  const text = String(request?.authoredOn)
  const at = /T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(at) || request === undefined) return undefined
  const from = referral.name(request, 'authoredOn')
  if (at > receivedAt + CLOCK_AHEAD_MS) referral.conflict({ fact: 'clock', text: 'the referral is dated after its receipt', from: [from] })
  if (at < receivedAt - WRITTEN_BEFORE_MS) referral.conflict({ fact: 'authored', text: 'the referral is dated more than a day before its receipt', from: [from] })
  return { value: at, from }
}
