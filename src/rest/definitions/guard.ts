/**
 * The guard of definitions in the commit path: what is put on the server can take effect, together with everything else in
 * its transaction in whatever order; two of one canonical say the same; and none that others need goes.
 */
import { withoutVersion } from '../../definitions/canonical.ts'
import type { DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { FhirError, unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import { refText, type Resource } from '../../fhir/resource.ts'
import type { Condition } from '../../search/plan.ts'
import type { Change, Guard, Unit } from '../unit.ts'
import { defineTheSame, definitionIn } from './in-effect.ts'
import { isShipped, judgeAlone, judgeDefinition, type Surroundings } from './judge.ts'
import { definedBy, isKind, storedDefinition, type LiveDefinitions, type StoredDefinitions } from './live.ts'
import { needing } from './needed.ts'

/** All of UK Core's draft has 600; a set of definitions is laid anew with each change, some 2 ms for so many. */
export const MAX_DEFINITIONS = 2_000

export const createDefinitionGuard = (live: LiveDefinitions): Guard => ({
  name: 'definitions',
  async review(unit) {
    const changes = unit.changes().filter(({ ref, before, after }) => isKind(ref.type) && (definitionIn(before) ?? definitionIn(after)) !== undefined)
    if (changes.length === 0) return
    const stored = await withBases(unit, live, changed(live.stored(), changes), changes)
    const own = definedBy(stored)
    const surroundings = { own, definitions: withDefinitions(live.shipped, own) }
    for (const change of changes) {
      const definition = definitionIn(change.after)
      await unit.judging(change.ref, async () => {
        if (definition !== undefined) await requireUsable(live, unit, { definition, stored, surroundings })
        await requireNobodyNeeds(live, unit, change, { stored, changes, definitions: surroundings.definitions })
      })
    }
  },
})

/** What `$validate` says of a definition that comes alone. */
export const createDefinitionRule = (live: LiveDefinitions) => (resource: Resource): readonly Issue[] => {
  const replaced = refText({ type: resource.resourceType, id: resource.id ?? '' })
  return judgeAlone(live.shipped, resource, definedBy(new Map([...live.stored()].filter(([ref]) => ref !== replaced))))
}

const changed = (stored: StoredDefinitions, changes: readonly Change[]): StoredDefinitions => {
  const after = new Map(stored)
  for (const { ref, after: resource } of changes) {
    const definition = definitionIn(resource)
    if (definition === undefined) after.delete(refText(ref))
    else after.set(refText(ref), storedDefinition(ref, definition))
  }
  return after
}

/**
 * The stored definitions with the bases of what changes as the store has them now: another hub may have put, changed or
 * deleted one that this hub has not heard of. They become expectations of the commit.
 */
const withBases = async (unit: Unit, live: LiveDefinitions, stored: StoredDefinitions, changes: readonly Change[]): Promise<StoredDefinitions> => {
  const found = new Map(stored)
  const seen = new Set<string>()
  const pending = changes.flatMap(({ after }) => baseOf(definitionIn(after)))
  for (let base = pending.pop(); base !== undefined; base = pending.pop()) {
    if (seen.has(base) || isShipped(live.shipped, 'StructureDefinition', base)) continue
    seen.add(base)
    for (const [key, { defines: [one] }] of found) if (one?.kind === 'StructureDefinition' && one.url === base) found.delete(key)
    for (const resource of await unit.find('StructureDefinition', sameUrl(base))) {
      const definition = definitionIn(resource)
      if (definition === undefined) continue
      const ref = { type: 'StructureDefinition', id: resource.id! }
      found.set(refText(ref), storedDefinition(ref, definition))
      pending.push(...baseOf(definition))
    }
  }
  return found
}

const baseOf = (definition: DefinitionResource | undefined): readonly string[] =>
  (definition?.resourceType === 'StructureDefinition' && definition.baseDefinition !== undefined ? [withoutVersion(definition.baseDefinition)] : [])

interface Usable {
  readonly definition: DefinitionResource
  readonly stored: StoredDefinitions
  readonly surroundings: Surroundings
}

const requireUsable = async (live: LiveDefinitions, unit: Unit, { definition, stored, surroundings }: Usable): Promise<void> => {
  const { resourceType, url = '', version, id } = definition
  const issues = [...judgeDefinition(live.shipped, surroundings, definition)]
  // what is found becomes an expectation of the commit: of two that arrive together one is judged again
  const others = (await unit.find(resourceType, sameUrl(url))).flatMap(resource => definitionIn(resource) ?? [])
  const other = others.find(one => one.id !== id && one.version === version && !defineTheSame(one, definition))
  if (other !== undefined) {
    issues.push(unusableDefinition('definition-duplicate', `${resourceType}.url`,
      `${resourceType}/${other.id} defines ${url}${version === undefined ? '' : ` in version ${version}`} otherwise; update that one, or send another version or url`))
  }
  if (stored.size > MAX_DEFINITIONS && stored.size > live.stored().size) {
    issues.push(unusableDefinition('definition-limit', `${resourceType}.status`,
      `${MAX_DEFINITIONS} definitions are in effect, which is all this hub takes; retire or delete some`))
  }
  if (issues.length > 0) throw new FhirError(422, issues)
}

const sameUrl = (url: string): Condition => ({ kind: 'match', param: 'url', test: { kind: 'uri', match: 'exact', uri: url } })

interface Needed {
  readonly stored: StoredDefinitions
  readonly changes: readonly Change[]
  /** As they will be. */
  readonly definitions: Definitions
}

/** Structures that could be made before the change and cannot be made after it. */
const requireNobodyNeeds = async (live: LiveDefinitions, unit: Unit, change: Change, { stored, changes, definitions }: Needed): Promise<void> => {
  const before = definitionIn(change.before)
  if (before?.resourceType !== 'StructureDefinition') return
  const own = new Set(changes.map(({ ref }) => refText(ref)))
  const lost = needing(stored, before.url).find(({ ref, defines: [one] }) => one !== undefined && !own.has(refText(ref))
    && live.definitions().structure(canonicalOf(one)) !== undefined && definitions.structure(canonicalOf(one)) === undefined)
  // what another hub has put since is found in the store
  const unseen = lost !== undefined || definitions.structure(before.url) !== undefined ? undefined
    : (await unit.find('StructureDefinition', { kind: 'match', param: 'base', test: { kind: 'url', url: before.url } }))
      .find(resource => definitionIn(resource) !== undefined && !own.has(refText({ type: 'StructureDefinition', id: resource.id! })))
  const needed = lost !== undefined ? refText(lost.ref) : unseen === undefined ? undefined : `StructureDefinition/${unseen.id}`
  if (needed === undefined) return
  throw new FhirError(change.after === undefined ? 409 : 422, [unusableDefinition('definition-in-use', 'StructureDefinition',
    `${needed} is made from ${before.url} and could not be made any more; retire, delete or change that first, or in the same transaction`)])
}

const canonicalOf = ({ url, version }: { readonly url: string; readonly version: string | undefined }): string =>
  (version === undefined ? url : `${url}|${version}`)
