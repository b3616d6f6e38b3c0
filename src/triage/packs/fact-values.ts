/**
 * What each fact can be, so that a rule pack that compares it with something it never is can be refused: a number, yes or
 * no, a code of a fixed list or of the pack's own lists, a list of such codes, or words of the sender's.
 */
import type { FACT_MEANINGS } from '../situation.ts'
import type { RulePack } from '../pack.ts'

export type FactKind =
  | { readonly kind: 'number' }
  | { readonly kind: 'boolean' }
  /** `codes` absent: any words. */
  | { readonly kind: 'code' | 'list'; readonly codes?: (pack: RulePack) => readonly string[] }

type FactName = keyof typeof FACT_MEANINGS

const number: FactKind = { kind: 'number' }
const yesOrNo: FactKind = { kind: 'boolean' }
const code = (...codes: readonly string[]): FactKind => ({ kind: 'code', codes: () => codes })
const codesOf = (list: readonly { readonly code: string }[]): readonly string[] => list.map(each => each.code)

const PRIORITIES = ['routine', 'urgent', 'asap', 'stat'] as const
const CLASSES = ['health', 'social'] as const

/** The mark of a line for which no service is left, unless its need names another. */
export const NO_SERVICE = 'no-service-for-need'

/** Every mark that some line of the pack can bear. */
export const marksOf = (pack: RulePack): readonly string[] => [...new Set([
  NO_SERVICE, ...pack.needs.flatMap(({ whenNoneFits, services }) => [whenNoneFits, ...services.map(({ mark }) => mark)]),
  ...(pack.places ?? []).flatMap(({ services }) => services.map(({ mark }) => mark)),
].filter(mark => mark !== undefined))]

export const FACT_KINDS: Readonly<Record<FactName, FactKind>> = {
  'red-flags': { kind: 'list', codes: ({ redFlags }) => codesOf(redFlags) },
  'soft-flags': { kind: 'list', codes: ({ softFlags }) => codesOf(softFlags) },
  'news2': number,
  'news2-single-three': yesOrNo,
  'news2-consciousness-known': yesOrNo,
  'news2-parts': code('none', 'some', 'all'),
  'news2-differs': yesOrNo,
  'advance-plan': code('not-for-hospital'),
  'age': number,
  'needs': { kind: 'list', codes: ({ needs }) => codesOf(needs) },
  'residence': code('inside', 'outside'),
  'practice': code('inside', 'outside'),
  'setting': code('own-home', 'care-home', 'hospital-ward', 'ed'),
  'referrer': { kind: 'code', codes: ({ referrers }) => codesOf(referrers) },
  'two-hour-care-in-time': yesOrNo,
  'consent': code('given', 'declined', 'lacks-bi', 'lacks-nobi'),
  'safe-to-wait': yesOrNo,
  'can-travel': yesOrNo,
  'rehab-potential': yesOrNo,
  'long-term-condition': yesOrNo,
  'admission-decided': yesOrNo,
  'discharge-notice': { kind: 'code' },
  'frailty': number,
  'ambulance-category': { kind: 'code' },
  'safeguarding': yesOrNo,
  'conflicts': { kind: 'list' },
  'lead-need': { kind: 'code', codes: ({ needs }) => codesOf(needs) },
  'lead-class': code(...CLASSES),
  'need-classes': { kind: 'list', codes: () => CLASSES },
  'lead-priority': code(...PRIORITIES),
  'lines-by-practice': yesOrNo,
  'line-marks': { kind: 'list', codes: marksOf },
  'full-services': { kind: 'list', codes: ({ services }) => codesOf(services) },
  'line-is-empty': yesOrNo,
  'on-duty': yesOrNo,
  'line-open': yesOrNo,
  'after-cut-off': yesOrNo,
  'crosses-closing': yesOrNo,
}

export const isFact = (name: string): name is FactName => name in FACT_KINDS
