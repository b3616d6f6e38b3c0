/**
 * The facts of a referral under the names that rule packs use, as they stand for one locality at one moment.
 */
import type { Place } from '../directory/coverage.ts'
import { londonTime, monthsBefore } from '../directory/london.ts'
import type { FactValue, Situation } from './condition.ts'
import type { Facts } from './facts.ts'
import type { Line } from './lines.ts'
import type { CompiledPack } from './load.ts'
import type { Moment } from './moment.ts'
import { practicePlace, residencePlace } from './placing.ts'

/** What a pack may ask for, and what it means; the documentation of packs lists them. */
export const FACT_MEANINGS = {
  'red-flags': 'red flags reported (list)',
  'soft-flags': 'soft flags reported (list)',
  'news2': 'NEWS2 total, the higher of stated and recomputed',
  'news2-single-three': 'one parameter of NEWS2 scores 3',
  'news2-consciousness-known': 'consciousness is among the parts of NEWS2 that are known',
  'news2-parts': 'parts of NEWS2 sent: none, some or all',
  'news2-differs': 'stated and recomputed NEWS2 differ',
  'advance-plan': 'not-for-hospital, where an advance plan says so',
  'age': 'age in whole years',
  'needs': 'needs stated (list)',
  'residence': 'where the person lives or stays: inside or outside the locality',
  'practice': 'where the GP practice is: inside or outside the locality',
  'setting': 'own-home, care-home, hospital-ward or ed',
  'referrer': 'kind of referrer',
  'two-hour-care-in-time': 'two-hour care ended within the months of the threshold selfReferralMonths',
  'consent': 'given, declined, lacks-bi or lacks-nobi',
  'safe-to-wait': 'safe to wait at home, as said by someone who is there',
  'can-travel': 'the person can travel',
  'rehab-potential': 'the person has rehabilitation potential',
  'long-term-condition': 'the person has a long-term condition',
  'admission-decided': 'a clinician has decided to admit',
  'discharge-notice': 'notice of discharge sent, as older law named it',
  'frailty': 'clinical frailty score',
  'ambulance-category': 'category of the ambulance service',
  'safeguarding': 'a safeguarding concern is flagged',
  'conflicts': 'facts of which something is stated that cannot be so, or not all at once (list)',
  'lead-need': 'the most urgent need',
  'lead-class': 'health or social',
  'need-classes': 'classes of the leading need and of each other that there is a service for (list)',
  'lead-priority': 'priority of the most urgent need',
  'lines-by-practice': 'every service of every line takes people by GP practice',
  'line-marks': 'marks of the lines (list)',
  'full-services': 'candidates known to be full (list)',
  'line-is-empty': 'a line has lost every candidate because they are full',
  'on-duty': 'a clinician is on duty at the hub',
  'line-open': 'needs of the leading class are taken now',
  'after-cut-off': 'received after the cut-off for a visit on the same day',
  'crosses-closing': 'two hours from now would be after closing',
} as const

export const SITUATION_FACTS: ReadonlySet<string> = new Set(Object.keys(FACT_MEANINGS))

/** Facts whose value does not depend on the lines. */
export const situationOf = (facts: Facts, pack: CompiledPack, moment: Moment): Record<string, FactValue | undefined> => ({
  'red-flags': facts.redFlags.map(({ code }) => code),
  'soft-flags': facts.softFlags.map(({ code }) => code),
  'news2': facts.news2.total?.value,
  'news2-single-three': facts.news2.total === undefined && facts.news2.partsSent === 'none' ? undefined : facts.news2.singleThree,
  'news2-consciousness-known': facts.news2.parts.consciousness !== undefined,
  'news2-parts': facts.news2.partsSent,
  'news2-differs': facts.news2.total === undefined ? undefined : facts.news2.differs,
  'advance-plan': facts.advancePlan?.value,
  'age': facts.age?.value,
  'needs': facts.needs.map(({ code }) => code),
  'residence': side(residencePlace(pack.locality.area, facts.residence?.value), pack),
  'practice': side(practicePlace(pack.locality.area, facts.practice?.value), pack),
  'setting': facts.setting?.value,
  'referrer': facts.referrer?.value,
  'two-hour-care-in-time': inTime(facts, pack, moment),
  'consent': facts.consent?.value,
  'safe-to-wait': facts.safeToWait?.value,
  'can-travel': facts.canTravel?.value,
  'rehab-potential': facts.rehabPotential?.value,
  'long-term-condition': facts.longTermCondition?.value,
  'admission-decided': facts.admissionDecided?.value,
  'discharge-notice': facts.dischargeNotice?.value,
  'frailty': facts.frailty?.value,
  'ambulance-category': facts.ambulanceCategory?.value,
  'safeguarding': facts.safeguarding?.value,
  'conflicts': facts.conflicts.length === 0 ? NONE : [...new Set(facts.conflicts.map(({ fact }) => fact))],
  'on-duty': moment.isOnDuty,
  'after-cut-off': moment.isAfterCutOff,
})

const NONE: readonly string[] = []

/** Facts about the leading line, once there are lines. */
export const leadSituation = (lines: readonly Line[], pack: CompiledPack, moment: Moment): Situation => {
  const [lead] = lines
  const due = lead === undefined ? undefined : moment.due[lead.need.class]
  return {
    'lead-need': lead?.need.code,
    'lead-class': lead?.need.class,
    'need-classes': lines.flatMap(({ classes, services }, index) => (index === 0 || services.length > 0 ? classes : [])),
    'lead-priority': lead?.need.priority,
    'lines-by-practice': lead === undefined ? undefined
      : lines.every(({ need }) => need.services.length > 0 && need.services.every(({ code }) => pack.services.get(code)?.byPractice === true)),
    'line-open': due?.isOpen ?? moment.isOnDuty,
    'crosses-closing': due?.crossesClosing,
    'line-marks': lines.flatMap(({ marks }) => marks),
  }
}

const inTime = (facts: Facts, { pack }: CompiledPack, moment: Moment): boolean | undefined => {
  const last = facts.lastTwoHourResponse?.value
  return last === undefined ? undefined
    : last >= monthsBefore(londonTime(moment.receivedAt).day, pack.thresholds['selfReferralMonths'] ?? 0)
}

const side = (place: Place, { pack }: CompiledPack): 'inside' | 'outside' | undefined => {
  switch (place.kind) {
    case 'district': return pack.districts.includes(place.code) ? 'inside' : 'outside'
    case 'outside': return 'outside'
    case 'ambiguous':
    case 'unknown': return undefined
  }
}
