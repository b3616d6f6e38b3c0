/**
 * The audit entry of every interaction: in the same commit as a write; durable before a patient's data leaves.
 * Reads that touch nobody's data (directory, definitions) leave none.
 */
import { auditEvent, isPatientData, patientsInText, patientsOf, type AuditEntry, type AuditInteraction, type Touched } from '../access/audit.ts'
import { auditLabels } from '../access/visibility.ts'
import type { Label, StoredVersion, Write } from '../store/store.ts'
import { answered } from './answered.ts'
import type { RepositoryParts, RequestContext } from './repository.ts'
import type { Collected } from './unit-of-work.ts'

export interface AuditTrail {
  /** Commits the entry of a read, search or history; resolves when it is durable. */
  seen(context: RequestContext, interaction: 'read' | 'vread' | 'search' | 'history', versions: readonly StoredVersion[], query?: string): Promise<void>
  /** The entry of a unit's changes, to be committed with them. */
  written(context: RequestContext, collected: Collected): Promise<Write>
}

export const createAuditTrail = ({ store, clock }: Pick<RepositoryParts, 'store' | 'clock'>): AuditTrail => {
  const labelsOfCases = async (caseIds: readonly (string | undefined)[]): Promise<readonly Label[]> => {
    const cases = new Set(caseIds.filter(caseId => caseId !== undefined))
    return cases.size === 0 ? [] : store.audience(...cases)
  }

  const entry = (context: RequestContext, caseLabels: readonly Label[], interaction: AuditInteraction, touched: readonly Touched[], query?: string): Write => {
    const audit: AuditEntry = {
      interaction, touched, at: clock.now(), caller: context.caller, requestId: context.requestId,
      ...(query === undefined ? {} : { query }),
    }
    const { ref, json, index } = auditEvent(audit)
    return { kind: 'put', ref, replaces: 0, method: 'POST', json, index, audience: auditLabels(context.caller, caseLabels) }
  }

  return {
    async seen(context, interaction, versions, query) {
      const personal = versions.filter(version => isPatientData(version.ref.type, version.caseId))
      if (personal.length === 0) return
      const touched = personal.map(version => (
        { ref: version.ref, version: version.version, patients: patientsInText(version.ref, version.json) }))
      const labels = await labelsOfCases(personal.map(version => version.caseId))
      await answered(store.commit({ expect: [], writes: [entry(context, labels, interaction, touched, query)] }))
    },

    async written(context, collected) {
      const touched = collected.changes.map(({ ref, replaces, before, after }) => {
        const content = after ?? before
        return { ref, version: replaces + 1, patients: content === undefined ? [] : patientsOf(content) }
      })
      const shared = collected.writes.flatMap(write => (write.kind === 'share' ? [write.label] : []))
      const labels = await labelsOfCases(collected.changes.map(change => collected.caseOf(change.ref)))
      return entry(context, [...labels, ...shared], interactionOf(collected), touched)
    },
  }
}

/** What the client did, as the one change it asked for says; more than one is a transaction. */
const interactionOf = ({ changes }: Collected): AuditInteraction => {
  const requested = changes.filter(change => change.origin === 'request')
  const [only] = requested
  if (only === undefined) return 'operation'
  if (requested.length > 1) return 'transaction'
  switch (only.method) {
    case 'POST': return 'create'
    case 'PUT': return only.replaces === 0 ? 'create' : 'update'
    case 'PATCH': return 'patch'
    case 'DELETE': return 'delete'
  }
}
