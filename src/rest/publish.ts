/** What the hub itself says, as resources in the store: a version of each for every time that it said something else. */
import { systemCaller } from '../access/caller.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Repository } from './repository.ts'

/**
 * Writes those that are not there yet, or say something else; in one commit.
 * @param name of the request, in the audit
 * @param resources each with its id
 */
export const publish = async (repository: Repository, name: string, resources: readonly Resource[]): Promise<void> => {
  const context = { caller: systemCaller, requestId: name, correlationId: name }
  await repository.transact(context, async unit => {
    for (const resource of resources) {
      const id = String(resource.id)
      const current = await unit.read({ type: resource.resourceType, id })
      if (current === undefined) unit.create(resource, { id, method: 'PUT' })
      else if (!saysTheSame(current, resource)) await unit.update(resource, { method: 'PUT' })
    }
  })
}

const saysTheSame = (stored: Resource, resource: Resource): boolean => {
  const { meta: _ofTheStore, ...content } = stored
  return Object.keys(content).length === Object.keys(resource).length
    && Object.entries(resource).every(([name, value]) => JSON.stringify(content[name]) === JSON.stringify(value))
}
