/**
 * What the localities ship, in the store: written once, written again only where what is shipped has changed, and kept
 * from overwriting what somebody changed meanwhile by an ordinary write unless the locality's version rose.
 *
 * Each resource remembers in a `meta.tag` what was shipped: the content as a hash, the version of its locality.
 */
import { hash } from 'node:crypto'
import { systemCaller } from '../access/caller.ts'
import { PUBLIC } from '../access/visibility.ts'
import { isObject } from '../fhir/json.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { hubCodeSystem, refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { Repository } from '../rest/repository.ts'
import type { Guard } from '../rest/unit.ts'
import { CAPACITY_EXTENSION } from './capacity.ts'
import type { Locality } from './load.ts'

const SHIPPED = hubCodeSystem('shipped-content')

/**
 * Brings the store to what the localities ship, in one commit. Left alone: what was shipped before as it is shipped now,
 * so that a second start writes nothing; what carries no tag, which is in its owner's hands; and what somebody changed
 * since, unless the version rose. A reported capacity outlives every load.
 *
 * @returns how many resources were written
 */
export const loadDirectory = async (repository: Repository, localities: readonly Locality[]): Promise<number> => {
  const context = { caller: systemCaller, requestId: 'load-directory', correlationId: 'load-directory' }
  const versions = new Map(localities.flatMap(({ resources, version }) => resources.map(resource => [resource, version] as const)))
  const { value } = await repository.transact(context, async unit => {
    let written = 0
    for (const [resource, version] of versions) {
      const ref: ResourceRef = { type: resource.resourceType, id: resource.id ?? '' }
      const shipped = tagged(resource, version)
      const current = await unit.read(ref)
      if (current === undefined) unit.create(shipped, { id: ref.id, method: 'PUT' })
      else if (isToBeLeft(current, shipped)) continue
      else await unit.update(withCapacityOf(current, shipped), { method: 'PUT' })
      // A team of the directory is nobody's care: it is shown to all, as the service is that it works for.
      if (ref.type === 'CareTeam') unit.grant(ref, PUBLIC)
      written++
    }
    return written
  })
  return value
}

/**
 * A CareTeam is of somebody's care, and so any partner's to write; a team of the directory is for those who keep the
 * directory, as the service is that it works for.
 */
export const createTeamGuard = (): Guard => ({
  name: 'teams of the directory',
  review(unit) {
    const { role } = unit.caller
    const changed = role === 'hub' || role === 'administrator' ? undefined
      : unit.changes().find(({ ref, before }) => ref.type === 'CareTeam' && before !== undefined && tagOf(before) !== undefined)
    if (changed !== undefined) throw outcomes.forbidden(`${refText(changed.ref)} is a team of the directory: it is changed by hub and administrator`)
    return Promise.resolve()
  },
})

interface Tag {
  readonly system?: string
  readonly version?: string
  readonly code?: string
}

const tagOf = (resource: Resource): Tag | undefined =>
  (resource.meta?.tag as readonly Tag[] | undefined)?.find(({ system }) => system === SHIPPED)

const isToBeLeft = (current: Resource, shipped: Resource): boolean => {
  const before = tagOf(current)
  const now = tagOf(shipped)
  if (before === undefined || before.code === now?.code) return true
  return contentHash(current) !== before.code && !isHigher(now?.version ?? '', before.version ?? '')
}

const tagged = (resource: Resource, version: string): Resource => ({
  ...resource,
  meta: { ...resource.meta, tag: [...resource.meta?.tag ?? [], { system: SHIPPED, version, code: contentHash(resource) }] },
})

/** Of the content alone: neither what the server adds nor our own tag, and not the capacity that a service reports. */
const contentHash = (resource: Resource): string => {
  const { meta, extension, ...rest } = resource
  const { versionId: _version, lastUpdated: _time, tag, ...kept } = meta ?? {}
  const others = (tag as readonly Tag[] | undefined)?.filter(({ system }) => system !== SHIPPED) ?? []
  const extensions = extensionsIn(extension).filter(({ url }) => url !== CAPACITY_EXTENSION)
  return hash('sha256', canonical({
    ...rest,
    ...(extensions.length === 0 ? {} : { extension: extensions }),
    meta: { ...kept, ...(others.length === 0 ? {} : { tag: others }) },
  })).slice(0, 16)
}

/** The same whatever the order of the elements. */
const canonical = (value: unknown): string => JSON.stringify(value, (_name, each: unknown) => (isObject(each) ? inOrder(each) : each))

const inOrder = (object: object): object => Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)))

const withCapacityOf = (current: Resource, shipped: Resource): Resource => {
  const reported = extensionsIn(current['extension']).filter(({ url }) => url === CAPACITY_EXTENSION)
  return reported.length === 0 ? shipped : { ...shipped, extension: [...extensionsIn(shipped['extension']), ...reported] }
}

const extensionsIn = (value: unknown): readonly { readonly url?: string }[] =>
  (Array.isArray(value) ? value as readonly { readonly url?: string }[] : [])

/** `0.10.0` is higher than `0.9.2`; no version is the lowest. */
const isHigher = (one: string, other: string): boolean => {
  const [left, right] = [one, other].map(version => version.split('.').map(Number))
  for (const [index, number] of (left ?? []).entries()) {
    const against = right?.[index] ?? -1
    if (number !== against) return number > against
  }
  return false
}
