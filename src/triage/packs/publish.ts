/**
 * The packs in force as PlanDefinitions in the store: one resource for each pack, a version of it for each version that
 * came into force. What the hub publishes so is nobody else's to write.
 */
import { systemCaller } from '../../access/caller.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { publish } from '../../rest/publish.ts'
import type { Repository } from '../../rest/repository.ts'
import type { Guard } from '../../rest/unit.ts'
import type { CompiledPack, Triage } from '../load.ts'
import { planDefinitionOf } from './plan-definition.ts'

/** Writes those that are not there yet, or say something else. */
export const publishPacks = (repository: Repository, packs: readonly CompiledPack[]): Promise<void> =>
  publish(repository, 'publish-packs', packs.map(({ pack }) => ({ ...planDefinitionOf(pack) as unknown as Resource, id: pack.id })))

/** Keeps everybody else from writing them: a PlanDefinition that said other than what decides would mislead. */
export const createPackGuard = (triage: Triage): Guard => ({
  name: 'rule packs',
  review(unit) {
    const published = new Set(triage.packs.map(({ pack }) => pack.id))
    const changed = unit.caller === systemCaller ? undefined
      : unit.changes().find(({ ref }) => ref.type === 'PlanDefinition' && published.has(ref.id))
    if (changed !== undefined) {
      throw outcomes.businessRule('pack-published', `PlanDefinition/${changed.ref.id} is made from the rule pack in force; change the pack and reload it (docs/triage.md)`)
    }
    return Promise.resolve()
  },
})
