/**
 * What `$find` is asked, and what is said of a service: the criteria that it fails, and what a clinician would have to decide.
 *
 * Services of a locality are judged by its rule pack (`triage/finding.ts`, handed in, since triage stands above the
 * directory); others by what their own resource says, and nothing that it does not say is taken for granted.
 */
import type { Coding } from '../../fhir/resource.ts'
import type { Catalogue } from './catalogue.ts'
import { codingKey, type Entry } from './entry.ts'
import type { FoundPlace } from './place.ts'

export interface Asked {
  /** As it was sent. */
  readonly need: Coding
  readonly place: FoundPlace
  /** ODS code of the GP practice. */
  readonly practice: string | undefined
  /** Instant, milliseconds. */
  readonly at: number
  readonly age: number | undefined
  /** Hub code system `referrer-kind`. */
  readonly referrer: string | undefined
  readonly setting: string | undefined
  readonly canTravel: boolean | undefined
  readonly frailty: number | undefined
}

export interface Criterion {
  /** `need`, `place`, `capacity`, `active`, or the id of the pack's rule. */
  readonly code: string
  /** `unknown`: what it depends on was not said. */
  readonly result: 'fail' | 'unknown'
  readonly text: string
  /** The sentence behind it. */
  readonly source?: string
}

/** Something to be asked before the answer can be relied on. */
export interface Ask {
  /** Item of the questionnaire, or parameter. */
  readonly linkId: string
  readonly text: string
}

export interface Verdict {
  readonly reference: string
  /** Service code of the triage model. */
  readonly code: string
  /** Place in the pack's list for the need, from 0. */
  readonly rank: number
  readonly reason: string
  /** Empty: it is a candidate. */
  readonly failed: readonly Criterion[]
  /** Criteria for which a clinician looks at a referral before it is offered. */
  readonly review: readonly Criterion[]
}

/** What the rule packs say. */
export interface Judgement {
  /** The pack that governs where the person is; undefined where none does. */
  readonly pack: { readonly canonical: string; readonly version: string } | undefined
  /** Of the need, and by when it must be met (`Infinity`: at no time). Undefined where no pack knows it. */
  readonly urgency: { readonly priority: string; readonly deadlineAt: number } | undefined
  /** `system|code` of the need and of what means the same; empty where no pack knows it. */
  readonly codes: readonly string[]
  readonly asks: readonly Ask[]
  /** One for each service of each pack. */
  readonly verdicts: readonly Verdict[]
}

export interface PackView {
  /** Codes of the hub's code systems that the packs know. */
  readonly needs: ReadonlySet<string>
  readonly referrers: ReadonlySet<string>
  readonly settings: ReadonlySet<string>
  judge(asked: Asked): Judgement
}

/** What a service that no pack lists fails by its own account. */
export const ownFailures = (catalogue: Catalogue, entry: Entry, codes: readonly string[], { need, place }: Asked): readonly Criterion[] => [
  ...(entry.isActive ? [] : [{ code: 'active', result: 'fail' as const, text: 'the service is not in use (active is false)' }]),
  ...(codes.some(code => entry.codes.has(code)) ? [] : [{
    code: 'need', result: 'fail' as const, text: `the service does not say that it takes ${need.display ?? need.code ?? codingKey(need)} (category, type, specialty, eligibility)`,
  }]),
  ...placeFailures(catalogue.districtsOf(entry), place),
]

const placeFailures = (districts: readonly string[], place: FoundPlace): readonly Criterion[] => {
  if (place.district !== undefined && districts.includes(place.district)) return []
  if (districts.length === 0) return [{ code: 'place', result: 'unknown', text: 'the service does not say which districts it covers (coverageArea)' }]
  if (place.district === undefined) {
    return [{ code: 'place', result: 'unknown', text: place.kind === 'ask' ? 'the place is not known' : 'the district of the place is not known here; send it as district' }]
  }
  return [{ code: 'place', result: 'fail', text: `the service covers ${districts.slice(0, 10).join(', ')}, not ${place.name ?? place.district}` }]
}
