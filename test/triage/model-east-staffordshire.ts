/**
 * The East Staffordshire column of the triage model as one plain function over plain facts: slow, obvious, written from
 * the text of `../shared/triage/model.md` and from nothing in `src/` or `localities/`. Where the text can be read in two
 * ways the reading is that of docs/triage.md, "read as".
 */
import { HOUR, MINUTE, moreUrgent, NOT_COVERED_BY_PLAN, ORDER, type Answer, type Case } from './model.ts'

const SOCIAL = ['carer-breakdown', 'social-crisis', 'discharge-support', 'home-from-hospital', 'reablement', 'chc', 'loneliness', 'info-benefits']
const NO_CRISIS = ['dn-routine', 'wound-care', 'frailty-review', 'community-therapy', 'falls-prevention', 'loneliness', 'info-benefits']
/** Monday and Friday of Christmas week 2026; the others that the cases use are none. */
const BANK_HOLIDAYS = ['2026-12-25', '2026-12-28']

interface Row { readonly need: string; readonly class: 'health' | 'social'; readonly priority: string; readonly services: readonly string[] }

/** Said, or that of the organisation which refers. */
const settingOf = ({ setting, referrer }: Case): string | undefined => setting ?? (['hospital-ward', 'ed', 'care-home'].includes(referrer) ? referrer : undefined)

/** Table "Needs", with its last row: any need, in a hospital ward or in the emergency department. */
const row = (need: string, facts: Case): Row => {
  const { referrer } = facts
  const setting = settingOf(facts)
  const called = (priority: string, ...services: string[]): Row => ({ need, class: SOCIAL.includes(need) ? 'social' : 'health', priority, services })
  if (need === 'mental-health') return called('urgent')
  if (need === 'ongoing-palliative') return called('routine')
  if (setting === 'hospital-ward') return called('urgent', 'HDT')
  if (setting === 'ed') return called('asap', 'HDT')
  if (NO_CRISIS.includes(need)) return called('routine')
  switch (need) {
    case 'discharge-support':
    case 'home-from-hospital':
    case 'chc': return called('urgent', 'HDT')
    case 'reablement': return called('urgent', ['hdt', 'cit', 'community-specialist'].includes(referrer) ? 'REABLE' : 'CIT')
    default: return called('asap', 'CIT')
  }
}

/** Office hours of social care, in seconds of the day; undefined on days without. */
const officeOf = (day: string): { readonly from: number; readonly to: number } | undefined => {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay()
  if (weekday === 0 || weekday === 6 || BANK_HOLIDAYS.includes(day)) return undefined
  return { from: 8.5 * HOUR, to: weekday === 5 ? 16.5 * HOUR : 17 * HOUR }
}

export const eastStaffordshireAnswer = (facts: Case): Answer => {
  const now = facts.secondOfDay
  const isOnDuty = now >= 7 * HOUR && now < 19 * HOUR
  const soon = now + 15 * MINUTE
  const firstLook = (now >= 19 * HOUR ? 24 * HOUR : 0) + 7 * HOUR + 15 * MINUTE
  const setting = settingOf(facts)
  const inHospital = setting === 'hospital-ward' || setting === 'ed'
  const flags = new Set<string>()
  const flag = (...added: string[]): void => { for (const each of added) flags.add(each) }

  const rows = facts.needs.map((need, index) => ({ ...row(need, facts), index }))
    .sort((a, b) => ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority) || a.index - b.index)
  const [lead] = rows
  const base = lead?.priority ?? 'asap'
  let lines: (readonly string[])[] = []
  for (const { services } of rows) if (services.length > 0 && !lines.some(line => line.join() === services.join())) lines.push(services)
  const only = (...needs: string[]) => facts.needs.length > 0 && facts.needs.every(each => needs.includes(each))
  const asks = (kind: 'health' | 'social') => rows.some((each, index) => each.class === kind && (index === 0 || each.services.length > 0))

  const scores = Object.values(facts.parts)
  const sum = scores.length === 0 ? undefined : scores.reduce((a, b) => a + b)
  const news2 = sum === undefined ? facts.statedNews2 : Math.max(sum, facts.statedNews2 ?? 0)
  const end = (disposition: string, services: readonly string[], priority: string, due: number | undefined): Answer =>
    ({ disposition, lines: services.length === 0 ? [] : [services], priority, due, flags: [...flags] })

  // Step 1.
  if (facts.redFlags.length > 0) flag('red-flag')
  if (news2 !== undefined && news2 >= 7) flag('news2-7')
  if (flags.size > 0) {
    const isCovered = !facts.redFlags.some(each => NOT_COVERED_BY_PLAN.includes(each))
    if (!facts.notForHospital || !isCovered) return end('emergency', ['EMERGENCY'], 'stat', now)
    flag('advance-plan')
    return end('review', [], 'stat', now)
  }

  // Step 2. No row here has another place for the referral to go, so its review stands against everything that follows.
  const isConfused = facts.needs.includes('confusion')
  const findings: string[] = []
  if (news2 === 5 || news2 === 6) {
    findings.push('news2-5-6')
    lines = []
  }
  const isThree = scores.includes(3) || (isConfused && facts.parts['consciousness'] === undefined && news2 !== undefined && news2 >= 3)
  if (isThree && news2 !== undefined && news2 <= 4) findings.push('news2-single3')
  if (isConfused && news2 !== undefined && news2 < 3) findings.push('news2-mismatch')
  if (facts.softFlags.length > 0) findings.push('soft-flag')
  flag(...findings)
  if (scores.length > 0 && scores.length < 7) flag('obs-incomplete')
  if (sum !== undefined && facts.statedNews2 !== undefined && (scores.length === 7 ? sum !== facts.statedNews2 : sum > facts.statedNews2)) flag('news2-mismatch')
  const isUrgentFinding = findings.length > 0
  if (isUrgentFinding && !isOnDuty) {
    flag('closed')
    return end('redirect', ['OOH'], 'asap', now)
  }

  // Which reviews steps 3 to 12 ask for: a question keeps the urgency that they give.
  const authored = facts.authoredMinutesBefore ?? 0
  const isClockOff = authored < -15 || (authored > 24 * 60 && lead?.priority === 'asap')
  const start = authored >= 0 && authored <= 12 * 60 ? now - authored * MINUTE : now
  const office = officeOf(facts.day)
  const closing = lead?.class === 'social' ? office?.to ?? 0 : 19 * HOUR
  const isOfficeShut = lead?.class === 'social' && (office === undefined || now < office.from || now >= office.to)
  const isTooLate = isOnDuty && !isOfficeShut && lead?.priority === 'asap' && !inHospital && start + 2 * HOUR > closing
  const isListed = facts.referrer !== 'carer'
  const reviews = {
    'facts-conflict': isClockOff,
    'social-needs-postcode': asks('social') && facts.residence === 'outside',
    'health-needs-gp': asks('health') && facts.practice === 'outside',
    'source-not-listed': !isListed,
    'mca-needed': facts.consent === 'lacks-nobi',
    'no-admission-route': facts.admissionDecided === true,
    'not-safe-at-home': facts.safeToWait === false,
    'no-rehab-potential': facts.rehabPotential === false && !inHospital && !facts.needs.includes('palliative-crisis'),
    'criteria-conflict': facts.rehabPotential === false && !inHospital && facts.needs.includes('palliative-crisis'),
    'no-service-for-need': facts.needs.includes('mental-health'),
  }
  const isFull = (line: readonly string[]) => line.every(code => facts.full.includes(code))
  const asksReview = () => Object.values(reviews).includes(true) || lines.some(isFull) || !isOnDuty || isOfficeShut || isTooLate
  const finding = (...names: (keyof typeof reviews)[]): void => { for (const name of names) if (reviews[name]) flag(name) }
  const provisional = asksReview() ? moreUrgent(base, 'urgent') : base
  /** The first decision, where no finding of step 2 stands against it. */
  const decided = (disposition: 'moreinfo' | 'redirect' | 'closed'): Answer | undefined => {
    if (isUrgentFinding) return undefined
    return disposition === 'moreinfo' ? end('moreinfo', [], provisional, soon) : end(disposition, [], base, undefined)
  }
  let answer: Answer | undefined

  // Step 3.
  finding('facts-conflict')
  const missing = [
    ...(facts.age === undefined || (facts.age.low < 18 && facts.age.high >= 18) ? ['missing-age'] : []),
    ...(lead === undefined ? ['missing-need'] : []),
    ...(facts.residence === 'unknown' && (facts.practice === 'unknown' || asks('social')) ? ['missing-area'] : []),
  ]
  flag(...missing)
  if (missing.length > 0 && (answer = decided('moreinfo')) !== undefined) return answer
  // Step 4.
  if (facts.age !== undefined && facts.age.high < 18) {
    flag('under-18')
    if ((answer = decided('redirect')) !== undefined) return answer
  }
  // Step 5.
  if (facts.residence === 'outside' && facts.practice === 'inside') flag('area-gp-only')
  if (facts.residence === 'outside' && facts.practice === 'outside') flag('out-of-area')
  finding('social-needs-postcode', 'health-needs-gp')
  if (asks('health') && facts.practice === 'unknown') {
    flag('missing-practice')
    if ((answer = decided('moreinfo')) !== undefined) return answer
  }
  // Step 6.
  finding('source-not-listed')
  if (facts.referrer === 'self') {
    flag(facts.longTermCondition === true ? 'self-referral' : 'self-referral-not-eligible')
    if (facts.longTermCondition !== true && (answer = decided('redirect')) !== undefined) return answer
  }
  // Step 7.
  finding('mca-needed')
  if (facts.consent === 'lacks-bi') flag('mca')
  if (facts.consent === 'declined') {
    flag('patient-declined')
    if ((answer = decided('closed')) !== undefined) return answer
  }
  if (facts.consent === 'unknown') {
    flag('consent-unrecorded')
    if ((answer = decided('moreinfo')) !== undefined) return answer
  }
  // Step 8.
  const excluded = only('mental-health') ? 'mental-health-only' : only('ongoing-palliative') ? 'ongoing-palliative-excluded'
    : only(...NO_CRISIS, 'ongoing-palliative') && !inHospital ? 'not-a-crisis' : undefined
  if (excluded !== undefined) {
    flag(excluded)
    if ((answer = decided('redirect')) !== undefined) return answer
  }
  // Step 10, then 9.
  finding('no-admission-route', 'not-safe-at-home', 'no-rehab-potential', 'criteria-conflict')
  if (reviews['not-safe-at-home']) lines = []
  const unstated = inHospital ? [] : [
    ...(facts.safeToWait === undefined ? ['safe-unstated'] : []), ...(facts.rehabPotential === undefined ? ['rehab-unstated'] : []),
  ]
  flag(...unstated)
  if (unstated.length > 0 && (answer = decided('moreinfo')) !== undefined) return answer

  // Step 11.
  if (facts.safeguarding) flag('safeguarding')
  if (facts.dischargeNotice !== undefined) flag('legacy-notice')
  if (facts.needs.includes('chc')) flag('chc-framework-conflict')
  if (facts.needs.includes('reablement') && !inHospital && row('reablement', facts).services[0] === 'CIT') flag('reablement-via-cit')
  finding('no-service-for-need')
  const hasFullLine = lines.some(isFull)
  if (lines.flat().some(code => facts.full.includes(code))) flag('capacity-full')
  lines = lines.map(line => line.filter(code => !facts.full.includes(code))).filter(line => line.length > 0)

  // Step 12.
  if (!isOnDuty) {
    flag('closed')
    if (facts.referrer === 'ambulance' && (base === 'asap' || base === 'urgent') && lead !== undefined) {
      flag('returned-to-ambulance')
      return end('redirect', [], base, now)
    }
  } else if (isOfficeShut) flag('social-closed')
  if (isTooLate) flag('crosses-closing')

  if (isUrgentFinding) return { ...end('review', [], 'asap', soon), lines }
  if (Object.values(reviews).includes(true) || hasFullLine || !isOnDuty || isOfficeShut || isTooLate) {
    return { ...end('review', [], moreUrgent(base, 'urgent'), isOnDuty ? soon : firstLook), lines }
  }
  const due = setting === 'ed' || base === 'routine' ? undefined : base === 'asap' ? start + 2 * HOUR : closing
  return { ...end('offer', [], base, due), lines }
}
