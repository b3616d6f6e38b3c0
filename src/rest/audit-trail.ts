/**
 * The audit entry of every interaction: in the same commit as a write; durable before a patient's data leaves.
 * Reads that touch nobody's data (directory, definitions) leave none. What several audiences may read of has an entry for each.
 */
import { auditEvent, isPatientData, patientsInText, patientsOf, type AuditEntry, type AuditInteraction, type Touched } from '../access/audit.ts'
import { auditLabels } from '../access/visibility.ts'
import type { Label, StoredVersion, Write } from '../store/store.ts'
import type { RepositoryParts, RequestContext } from './repository.ts'
import type { Collected } from './unit-of-work.ts'

export interface AuditTrail {
  /** Commits the entry of a read, search or history; resolves when it is durable. */
  seen(context: RequestContext, interaction: 'read' | 'vread' | 'search' | 'history', versions: readonly StoredVersion[], query?: string): Promise<void>
  /** The entries of a unit's changes, to be committed with them. */
  written(context: RequestContext, collected: Collected): Promise<readonly Write[]>
}

/** What a request touched, with the case it belongs to. */
interface InCase extends Touched {
  readonly caseId: string | undefined
}

type LabelsOfCase = (caseId: string) => readonly Label[]

export const createAuditTrail = ({ store, clock }: Pick<RepositoryParts, 'store' | 'clock'>): AuditTrail => {
  const casesOf = (touched: readonly InCase[]): readonly string[] =>
    [...new Set(touched.flatMap(({ caseId }) => (caseId === undefined ? [] : [caseId])))]

  /** Asked for all at once; one by one only where more than one hub is concerned. */
  const labelsOfCases = async (cases: readonly string[]): Promise<LabelsOfCase> => {
    const all = cases.length === 0 ? [] : await store.audience(...cases)
    return all.filter(isOfHub).length > 1 ? labelsOfEach(cases) : () => all
  }

  const labelsOfEach = async (cases: readonly string[]): Promise<LabelsOfCase> => {
    const labels = new Map(await Promise.all(cases.map(async caseId => [caseId, await store.audience(caseId)] as const)))
    return caseId => labels.get(caseId) ?? []
  }

  /** One entry for each audience: a hub reads what was done with its cases, and not what else the same request touched. */
  const entries = (
    context: RequestContext, interaction: AuditInteraction, touched: readonly InCase[], labelsOf: LabelsOfCase, query?: string,
  ): readonly Write[] => {
    const groups = new Map<string, { audience: readonly Label[]; touched: InCase[] }>()
    // A page has fifty cases and mostly one list of labels, which is told by its identity.
    const known = new Map<readonly Label[], InCase[]>()
    for (const each of touched) {
      const labels = each.caseId === undefined ? NOBODY : labelsOf(each.caseId)
      const group = known.get(labels) ?? groupOf(groups, auditLabels(context.caller, labels))
      known.set(labels, group)
      group.push(each)
    }
    if (groups.size === 0) groups.set('', { audience: auditLabels(context.caller), touched: [] })
    return [...groups.values()].map(group => entry(context, interaction, group.touched, group.audience, query))
  }

  const entry = (
    context: RequestContext, interaction: AuditInteraction, touched: readonly Touched[], audience: readonly Label[], query?: string,
  ): Write => {
    const audit: AuditEntry = {
      interaction, touched, at: clock.now(), caller: context.caller, requestId: context.requestId,
      ...(query === undefined ? {} : { query }),
    }
    const { ref, json, index } = auditEvent(audit)
    return { kind: 'put', ref, replaces: 0, method: 'POST', json, index, audience }
  }

  return {
    async seen(context, interaction, versions, query) {
      const personal = versions.filter(version => isPatientData(version.ref.type, version.caseId))
      if (personal.length === 0) return
      const touched = personal.map(({ ref, version, json, caseId }) => ({ ref, version, patients: patientsInText(ref, json), caseId }))
      const labelsOf = await labelsOfCases(casesOf(touched))
      await store.commit({ expect: [], writes: entries(context, interaction, touched, labelsOf, query) })
    },

    async written(context, collected) {
      const touched = collected.changes.map(({ ref, replaces, before, after }) => {
        const content = after ?? before
        return { ref, version: replaces + 1, patients: content === undefined ? [] : patientsOf(content), caseId: collected.caseOf(ref) }
      })
      const labelsOf = await labelsOfEach(casesOf(touched))
      const shared = (caseId: string): readonly Label[] =>
        collected.writes.flatMap(write => (write.kind === 'share' && write.caseId === caseId ? [write.label] : []))
      return entries(context, interactionOf(collected), touched, caseId => [...labelsOf(caseId), ...shared(caseId)])
    },
  }
}

const NOBODY: readonly Label[] = []

const groupOf = (groups: Map<string, { audience: readonly Label[]; touched: InCase[] }>, audience: readonly Label[]): InCase[] => {
  const key = audience.join(' ')
  const group = groups.get(key) ?? { audience, touched: [] }
  groups.set(key, group)
  return group.touched
}

const isOfHub = (label: Label): boolean => label.startsWith('hub:')

/** What the client did, as the one change it asked for says; several are a transaction, deletions alone one delete. */
const interactionOf = ({ changes }: Collected): AuditInteraction => {
  const requested = changes.filter(change => change.origin === 'request')
  const [only] = requested
  if (only === undefined) return 'operation'
  if (requested.length > 1) return requested.every(({ method }) => method === 'DELETE') ? 'delete' : 'transaction'
  switch (only.method) {
    case 'POST': return 'create'
    case 'PUT': return only.replaces === 0 ? 'create' : 'update'
    case 'PATCH': return 'patch'
    case 'DELETE': return 'delete'
  }
}
