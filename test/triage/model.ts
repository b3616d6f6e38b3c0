/**
 * The Central Lancashire column of the triage model as one plain function over plain facts: slow, obvious, written from
 * the text of `../shared/triage/model.md` and from nothing in `src/`. Where the text can be read in two ways the reading
 * is that of docs/triage.md, "read as".
 */

export interface Case {
  /** Wall clock in London, on a day without a change of clocks. */
  readonly day: string
  readonly secondOfDay: number
  /** Minutes before receipt; negative is after it. */
  readonly authoredMinutesBefore?: number
  readonly referrer: string
  /** At receipt; a range where only the year of birth is known. */
  readonly age?: { readonly low: number; readonly high: number }
  readonly residence: 'inside' | 'outside' | 'unknown'
  readonly practice: 'inside' | 'outside' | 'unknown'
  readonly needs: readonly string[]
  readonly redFlags: readonly string[]
  readonly softFlags: readonly string[]
  readonly statedNews2?: number
  /** Scores of the seven parts, as many as were sent. */
  readonly parts: Readonly<Record<string, number>>
  readonly frailty?: number
  readonly notForHospital: boolean
  readonly consent: 'given' | 'declined' | 'lacks-bi' | 'lacks-nobi' | 'unknown'
  readonly safeToWait?: boolean
  readonly canTravel?: boolean
  readonly admissionDecided?: boolean
  /** Two-hour care in the six months before, or before that. */
  readonly lastTwoHourCare?: 'in-time' | 'too-long-ago'
  readonly safeguarding: boolean
  readonly setting?: string
  readonly rehabPotential?: boolean
  readonly longTermCondition?: boolean
  readonly dischargeNotice?: string
  readonly full: readonly string[]
}

export interface Answer {
  readonly disposition: string
  /** Ranked codes per line, lines without a service left out. */
  readonly lines: readonly (readonly string[])[]
  readonly priority: string
  /** Second of the day of receipt; of the next day above 86400. */
  readonly due: number | undefined
  readonly flags: readonly string[]
}

const LISTED = ['gp', 'social-care', 'ambulance', 'care-home', 'district-nurse', 'hospital-ward', 'ed', 'acute', 'ooh', 'nhs111', 'pharmacist', 'palliative', 'community-specialist', 'hdt']
export const NOT_COVERED_BY_PLAN = ['airway-or-choking', 'anaphylaxis', 'suspected-fracture', 'overdose-or-self-harm', 'safeguarding-danger']
export const ORDER = ['stat', 'asap', 'urgent', 'routine']
export const [HOUR, MINUTE] = [3600, 60]

/** Table "Needs": priority and services of a need for this person, with the mark that the row gives. */
const row = (need: string, { age, frailty, canTravel }: Case): { priority: string; services: string[]; mark?: string } => {
  const atLeast = (years: number) => age !== undefined && age.low >= years
  const sdec = canTravel === true ? ['SDEC'] : []
  switch (need) {
    case 'fall-no-injury':
    case 'reduced-function':
    case 'palliative-crisis':
    case 'equipment-urgent':
    case 'confusion':
    case 'catheter':
    case 'diabetes':
    case 'carer-breakdown':
    case 'social-crisis': return { priority: 'asap', services: ['UCR2H'] }
    case 'frailty-decomp': return { priority: 'asap', services: atLeast(65) && frailty !== undefined && frailty >= 5 ? ['UCR2H', 'VW'] : ['UCR2H'] }
    case 'resp-acute':
    case 'hf-decomp':
    case 'cellulitis-iv':
    case 'uti-iv': return { priority: 'urgent', services: ['VW', ...sdec] }
    case 'frailty-acute':
    case 'sc-fluids': return { priority: 'urgent', services: ['VW', 'UCR2H'] }
    case 'dvt-suspected': return canTravel === true ? { priority: 'urgent', services: ['SDEC'] } : { priority: 'urgent', services: ['AMA'], mark: 'no-transport' }
    case 'acute-medical': return { priority: 'urgent', services: [...sdec, 'AMA'] }
    case 'dn-routine':
    case 'wound-care': return { priority: 'routine', services: ['MAP-DN'] }
    case 'frailty-review': return { priority: 'routine', services: ['MAP-FRAILTY'], ...(atLeast(65) ? {} : { mark: 'frailty-under-65' }) }
    case 'community-therapy': return { priority: 'routine', services: ['MAP-THERAPY'] }
    case 'falls-prevention': return { priority: 'routine', services: ['MAP-FALLS'] }
    case 'discharge-support':
    case 'reablement': return { priority: 'urgent', services: ['HOMEFIRST'] }
    case 'home-from-hospital': return { priority: 'routine', services: ['RVS'] }
    case 'loneliness': return { priority: 'routine', services: atLeast(50) ? ['AGEUK', 'RVS'] : ['RVS'] }
    case 'info-benefits': return atLeast(50) ? { priority: 'routine', services: ['AGEUK'] } : { priority: 'routine', services: [], mark: 'no-service-for-need' }
    case 'ongoing-palliative': return { priority: 'routine', services: [] }
    case 'chc': return { priority: 'routine', services: [], mark: 'no-service-for-need' }
    case 'mental-health': return { priority: 'urgent', services: [], mark: 'no-service-for-need' }
    default: throw new Error(`the model has no need ${need}`)
  }
}

export const moreUrgent = (one: string, other: string): string => (ORDER.indexOf(one) <= ORDER.indexOf(other) ? one : other)

export const modelAnswer = (facts: Case): Answer => {
  const now = facts.secondOfDay
  const isOpen = now >= 8 * HOUR && now < 20 * HOUR
  const soon = now + 15 * MINUTE
  const firstLook = (now >= 20 * HOUR ? 24 * HOUR : 0) + 8 * HOUR + 15 * MINUTE
  const flags: string[] = []

  const scores = Object.values(facts.parts)
  const sum = scores.length === 0 ? undefined : scores.reduce((a, b) => a + b)
  const news2 = sum === undefined ? facts.statedNews2 : Math.max(sum, facts.statedNews2 ?? 0)

  // Lines: the most urgent need leads, the order given breaks ties; each further need with other services beside it.
  const rows = facts.needs.map(need => ({ need, ...row(need, facts) }))
    .map((each, index) => ({ each, index }))
    .sort((a, b) => ORDER.indexOf(a.each.priority) - ORDER.indexOf(b.each.priority) || a.index - b.index)
    .map(({ each }) => each)
  const lead = rows[0]
  const needPriority = lead?.priority ?? 'asap'
  let lines: (readonly string[])[] = []
  for (const { services } of rows) if (services.length === 0 || !lines.some(line => line.join() === services.join())) lines.push(services)
  const onlyNeed = (need: string) => facts.needs.length > 0 && facts.needs.every(each => each === need)

  const end = (disposition: string, services: readonly string[], priority: string, due: number | undefined): Answer =>
    ({ disposition, lines: services.length === 0 ? [] : [services], priority, due, flags: [...new Set(flags)] })

  // Step 1, before every question of eligibility.
  if (facts.redFlags.length > 0) flags.push('red-flag')
  if (news2 !== undefined && news2 >= 7) flags.push('news2-7')
  if (flags.length > 0) {
    if (facts.notForHospital && !facts.redFlags.some(flag => NOT_COVERED_BY_PLAN.includes(flag))) {
      flags.push('advance-plan')
      return end('review', [], 'stat', now)
    }
    return end('emergency', ['EMERGENCY'], 'stat', now)
  }

  // Step 2: urgent findings ask for a review, and a review that they ask for yields only to step 10.
  let urgentFinding = false
  if (news2 === 5 || news2 === 6) {
    urgentFinding = true
    flags.push('news2-5-6')
    const ama = lead?.services.includes('VW') === true ? ['AMA', 'VW'] : ['AMA']
    lines = [ama, ...lines.slice(1).map(line => line.filter(code => code !== 'UCR2H' && code !== 'SDEC'))]
  }
  const confused = facts.needs.includes('confusion')
  const single3 = scores.includes(3) || (confused && facts.parts['consciousness'] === undefined && news2 !== undefined && news2 >= 3)
  if (single3 && news2 !== undefined && news2 <= 4) {
    urgentFinding = true
    flags.push('news2-single3')
    lines = [[...new Set([...lines[0] ?? [], 'AMA'])], ...lines.slice(1)]
  }
  if (confused && news2 !== undefined && news2 < 3) {
    urgentFinding = true
    flags.push('news2-mismatch')
  }
  if (facts.softFlags.length > 0) {
    urgentFinding = true
    flags.push('soft-flag')
  }
  if (scores.length > 0 && scores.length < 7) flags.push('obs-incomplete')
  if (sum !== undefined && facts.statedNews2 !== undefined && (scores.length === 7 ? sum !== facts.statedNews2 : sum > facts.statedNews2)) flags.push('news2-mismatch')
  if (urgentFinding && !isOpen) {
    flags.push('closed')
    return end('redirect', ['OOH'], 'asap', now)
  }

  // What later steps ask for, whether or not something was decided before: a question keeps at least that urgency.
  const isListed = LISTED.includes(facts.referrer) || facts.referrer === 'self'
  const marks = rows.flatMap(({ mark }) => mark ?? [])
  if (lead?.need === 'ongoing-palliative') marks.push('no-service-for-need')
  const isLate = isOpen && lead?.priority === 'asap' && now > 18 * HOUR
  const someLineFull = (each: readonly (readonly string[])[]) => each.some(line => line.length > 0 && line.every(code => facts.full.includes(code)))
  const authored = facts.authoredMinutesBefore ?? 0
  // Not of the model but of the issue: a clock that is off is named, and a person decides.
  const isClockOff = authored < -15 || (authored > 24 * 60 && lead?.priority === 'asap')
  const laterAsks = isClockOff || !isListed || facts.safeToWait === false || marks.length > 0 || someLineFull(lines) || !isOpen || isLate || facts.admissionDecided === true

  // Steps 3 to 8. A decision that a finding of step 2 keeps from being taken leaves its flag, and nobody is admitted past it.
  let wouldHaveDecided = false
  if (isClockOff) flags.push('facts-conflict')
  const bySurgery = onlyNeed('frailty-review') && facts.practice === 'inside'
  const missing: string[] = []
  if (facts.age === undefined || (facts.age.low < 18 && facts.age.high >= 18)) missing.push('missing-age')
  if (lead === undefined) missing.push('missing-need')
  if ((facts.residence === 'unknown' && !bySurgery) || (facts.residence === 'outside' && facts.practice === 'unknown' && onlyNeed('frailty-review'))) missing.push('missing-area')
  if (missing.length > 0) {
    flags.push(...missing)
    if (!urgentFinding) return end('moreinfo', [], laterAsks ? moreUrgent(needPriority, 'urgent') : needPriority, soon)
    wouldHaveDecided = true
  }
  const redirect = (): Answer | undefined => {
    wouldHaveDecided = true
    return urgentFinding ? undefined : end('redirect', [], needPriority, undefined)
  }
  let decided: Answer | undefined
  if (facts.age !== undefined && facts.age.high < 18) {
    flags.push('under-18')
    decided = redirect()
    if (decided !== undefined) return decided
  }
  if (facts.residence === 'outside') {
    flags.push(facts.practice === 'inside' ? 'area-gp-only' : 'out-of-area')
    decided = bySurgery ? undefined : redirect()
    if (decided !== undefined) return decided
  }
  let laterReview = isClockOff
  if (facts.referrer === 'self') {
    if (facts.lastTwoHourCare === 'in-time') flags.push('self-referral')
    else {
      flags.push('self-referral-not-eligible')
      decided = redirect()
      if (decided !== undefined) return decided
    }
  } else if (!isListed) {
    flags.push('source-not-listed')
    laterReview = true
  }
  if (facts.consent === 'declined') {
    flags.push('patient-declined')
    wouldHaveDecided = true
    if (!urgentFinding) return end('closed', [], needPriority, undefined)
  }
  if (facts.consent === 'lacks-bi') flags.push('mca')
  if (facts.consent === 'lacks-nobi') flags.push('mca-needed')
  if (facts.consent === 'unknown') flags.push('consent-unrecorded')
  if (onlyNeed('mental-health') || onlyNeed('ongoing-palliative')) {
    flags.push(onlyNeed('mental-health') ? 'mental-health-only' : 'ongoing-palliative-excluded')
    decided = redirect()
    if (decided !== undefined) return decided
  }

  // Step 10 before 9. A review of steps 5 to 11 never yields to an offer.
  if (facts.admissionDecided === true && !laterReview && !wouldHaveDecided) {
    flags.push('no-retriage')
    return end('offer', ['ADMIT'], 'urgent', isOpen ? 20 * HOUR : soon)
  }
  if (facts.safeToWait === false) {
    flags.push('not-safe-at-home')
    laterReview = true
    lines = []
  }

  // Step 11: marks of the lines, and room.
  if (facts.safeguarding) flags.push('safeguarding')
  if (facts.dischargeNotice !== undefined) flags.push('legacy-notice')
  if (lead?.need === 'palliative-crisis') flags.push('core-palliative-first')
  flags.push(...marks)
  if (marks.length > 0) laterReview = true
  if (lines.flat().some(code => facts.full.includes(code))) {
    flags.push('capacity-full')
    if (someLineFull(lines)) laterReview = true
    lines = lines.map(line => line.filter(code => !facts.full.includes(code)))
  }

  // Step 12.
  if (!isOpen) {
    flags.push('closed')
    if (facts.referrer === 'ambulance' && (needPriority === 'asap' || needPriority === 'urgent')) {
      flags.push('returned-to-ambulance')
      return end('redirect', [], needPriority, now)
    }
    laterReview = true
  }
  if (isLate) {
    flags.push('after-cutoff')
    laterReview = true
  }

  const offered = { lines: lines.filter(line => line.length > 0), flags: [...new Set(flags)] }
  if (urgentFinding) return { ...offered, disposition: 'review', priority: 'asap', due: soon }
  if (laterReview) return { ...offered, disposition: 'review', priority: moreUrgent(needPriority, 'urgent'), due: isOpen ? soon : firstLook }
  const start = authored >= 0 && authored <= 12 * 60 ? now - authored * MINUTE : now
  return { ...offered, disposition: 'offer', priority: needPriority, due: needPriority === 'asap' ? start + 2 * HOUR : needPriority === 'urgent' ? 20 * HOUR : undefined }
}
