/**
 * Who sees what, as labels: a caller holds some, a resource outside a case carries some, and one in common is enough.
 *
 * The labels of a case (`org:ODS` of the parties, `hub:ODS` of the hubs) are shared and withdrawn by `referral/`;
 * here are the labels a caller holds and those a new resource gets for itself. docs/decisions/0003-visibility.md
 */
import type { Visibility } from '../search/plan.ts'
import type { Label } from '../store/store.ts'
import type { Caller, Role } from './caller.ts'
import { kindOf } from './kinds.ts'

/** Directory and definitions: whoever has a token. */
export const PUBLIC: Label = 'public'
/** The people of the directory: every partner that takes part in referrals, not those who only read the directory. */
export const PARTNERS: Label = 'partners'
/** Held by nobody: administrators see everything without a label. Stands on what is for no one else. */
export const ADMINISTRATORS: Label = 'administrators'

export const organisationLabel = (ods: string): Label => `org:${ods.toUpperCase()}`
export const hubLabel = (ods: string): Label => `hub:${ods.toUpperCase()}`

/** The predicate that goes into every plan, read and history of the caller. */
export const visibilityOf = (caller: Caller): Visibility => {
  switch (caller.role) {
    case 'administrator': return { kind: 'all' }
    case 'hub': return labels(PUBLIC, PARTNERS, organisationLabel(caller.organisation), hubLabel(caller.organisation))
    case 'service':
    case 'referrer': return labels(PUBLIC, PARTNERS, organisationLabel(caller.organisation))
    case 'integrator': return labels(PUBLIC)
  }
}

const labels = (...held: Label[]): Visibility => ({ kind: 'labels', labels: held })

/**
 * What the directory itself says, whoever asks: entries that administrators and hubs wrote, and nothing that came
 * inside a referral. Decisions that trust an entry (an acting practitioner, the owner of a service) read with this.
 */
export const listed: Visibility = labels(PUBLIC, PARTNERS)

/**
 * Labels of a new resource outside any case. Only those who keep the directory make public entries; an Organization
 * that a referrer sends stays with that referrer.
 */
export const directLabels = (type: string, caller: Caller): readonly Label[] => {
  const kind = kindOf(type)
  if (kind === 'audit') return auditLabels(caller)
  if (keepsDirectory(caller.role)) {
    if (kind === 'directory' || kind === 'definition') return [PUBLIC]
    if (kind === 'workforce') return [PARTNERS]
  }
  return caller.organisation === '' ? [ADMINISTRATORS] : [organisationLabel(caller.organisation)]
}

const keepsDirectory = (role: Role): boolean => role === 'administrator' || role === 'hub'

/**
 * Labels of an AuditEvent: administrators, the calling hub, and the hubs among the labels of the cases concerned.
 * Never an organisation's own label: the parties of a case do not read who read it.
 */
export const auditLabels = (caller: Caller, caseLabels: readonly Label[] = []): readonly Label[] => {
  const found = new Set<Label>([ADMINISTRATORS])
  if (caller.role === 'hub') found.add(hubLabel(caller.organisation))
  for (const label of caseLabels) if (label.startsWith('hub:')) found.add(label)
  return [...found]
}
