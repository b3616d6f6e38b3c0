/**
 * The definitions put on this hub that are in effect: read from the store at start, kept by what is heard from then on,
 * over what the hub ships and its packages.
 *
 * Each change makes new definitions, never changes those that are in use; what nobody touched stays compiled.
 * docs/decisions/0030-definitions-at-run-time.md
 */
import { DEFINITION_KINDS, definitionsIn, type Definition, type DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import type { Condition } from '../../search/plan.ts'
import type { Store, StoredVersion } from '../../store/store.ts'
import { everyCurrent } from '../every-current.ts'
import { parseStored } from '../unit-of-work.ts'
import { definitionIn } from './in-effect.ts'
import { isShipped } from './judge.ts'

/** A stored resource in effect, with what it defines. */
export interface StoredDefinition {
  readonly ref: ResourceRef
  readonly defines: readonly Definition[]
}

/** By `Type/id`. */
export type StoredDefinitions = ReadonlyMap<string, StoredDefinition>

export interface LiveDefinitions {
  /** What no upload replaces: R4, UK Core, the hub's own, packages. */
  readonly shipped: Definitions
  /** With everything in effect now. */
  readonly definitions: () => Definitions
  readonly stored: () => StoredDefinitions
  /** Takes versions of any definitions, in their order. */
  hear(versions: readonly StoredVersion[]): void
}

const ANY: Condition = { kind: 'all-of', of: [] }

/** @param onProblem told of each stored definition that cannot be used, such as one whose url the hub ships now */
export const openLiveDefinitions = async (store: Store, shipped: Definitions, onProblem: (problem: string) => void): Promise<LiveDefinitions> => {
  const stored = new Map<string, StoredDefinition>()
  for (const type of DEFINITION_KINDS) {
    for (const { version, resource } of await everyCurrent(store, type, ANY)) follow(stored, shipped, version.ref, resource, onProblem)
  }
  let definitions = withDefinitions(shipped, definedBy(stored))

  return {
    shipped,
    definitions: () => definitions,
    stored: () => stored,
    hear(versions) {
      const changed = versions.filter(({ ref }) => isKind(ref.type))
      if (changed.length === 0) return
      for (const version of changed) follow(stored, shipped, version.ref, version.deleted ? undefined : parseStored(version), onProblem)
      definitions = withDefinitions(shipped, definedBy(stored))
    },
  }
}

export const isKind = (type: string): boolean => (DEFINITION_KINDS as readonly string[]).includes(type)

/** Everything that some stored resources define. */
export const definedBy = (stored: StoredDefinitions): readonly Definition[] => [...stored.values()].flatMap(({ defines }) => defines)

export const storedDefinition = (ref: ResourceRef, definition: DefinitionResource): StoredDefinition => ({ ref, defines: definitionsIn(definition) })

const follow = (
  stored: Map<string, StoredDefinition>, shipped: Definitions, ref: ResourceRef, resource: Resource | undefined, onProblem: (problem: string) => void,
): void => {
  stored.delete(refText(ref))
  const definition = definitionIn(resource)
  if (definition === undefined) return
  if (isShipped(shipped, definition.resourceType, definition.url!)) {
    onProblem(`${refText(ref)} has no effect: ${definition.url} is defined by what this hub ships or loaded as a package`)
    return
  }
  try {
    stored.set(refText(ref), storedDefinition(ref, definition))
  } catch {
    // a write is judged before it comes here; what an older hub took may not be
    onProblem(`${refText(ref)} has no effect: it is no valid ${ref.type} of R4`)
  }
}
