/**
 * The packs in force as PlanDefinitions in the store: one resource for each pack, a version of it for each version that
 * came into force. What the hub publishes so is nobody else's to write.
 */
import { systemCaller } from '../../access/caller.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Repository } from '../../rest/repository.ts'
import type { Guard } from '../../rest/unit.ts'
import type { CompiledPack, Triage } from '../load.ts'
import { planDefinitionOf } from './plan-definition.ts'

/** Writes those that are not there yet, or say something else; in one commit. */
export const publishPacks = async (repository: Repository, packs: readonly CompiledPack[]): Promise<void> => {
  const context = { caller: systemCaller, requestId: 'publish-packs', correlationId: 'publish-packs' }
  await repository.transact(context, async unit => {
    for (const { pack } of packs) {
      const plan = planDefinitionOf(pack) as unknown as Resource
      const current = await unit.read({ type: plan.resourceType, id: pack.id })
      if (current === undefined) unit.create(plan, { id: pack.id, method: 'PUT' })
      else if (!saysTheSame(current, plan)) await unit.update(plan, { method: 'PUT' })
    }
  })
}

const saysTheSame = (stored: Resource, plan: Resource): boolean => {
  const { meta: _ofTheStore, ...content } = stored
  return Object.keys(content).length === Object.keys(plan).length
    && Object.entries(plan).every(([name, value]) => JSON.stringify(content[name]) === JSON.stringify(value))
}

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
