/**
 * The guard of definitions in the commit path: what is put on the server can take effect, together with everything else in
 * its transaction in whatever order; two of one canonical say the same; and none that others need goes.
 *
 * It goes by what this hub has heard of: a commit that came before something heard later is made again (`rest/hearing.ts`).
 */
import { DEFINITION_KINDS, type DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { FhirError, unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import { refText, type Resource } from '../../fhir/resource.ts'
import type { Change, Guard, Unit } from '../unit.ts'
import { defineTheSame, definitionIn } from './in-effect.ts'
import { judgeAlone, judgeDefinition, type Surroundings } from './judge.ts'
import { definedBy, isKind, storedDefinition, type LiveDefinitions, type StoredDefinitions } from './live.ts'
import { neededBy } from './needed.ts'
import { withUrl } from './stored-by-url.ts'

/** All of UK Core's draft has 600; a set of definitions is laid anew with each change, some 2 ms for so many. */
export const MAX_DEFINITIONS = 2_000

export const createDefinitionGuard = (live: LiveDefinitions): Guard => ({
  name: 'definitions',
  async review(unit) {
    const changes = unit.changes().filter(({ ref, before, after }) => isKind(ref.type) && (definitionIn(before) ?? definitionIn(after)) !== undefined)
    if (changes.length === 0) return
    const stored = changed(live.stored(), changes)
    const own = definedBy(stored)
    const definitions = withDefinitions(live.shipped, own)
    const others = await sameUrls(unit, changes)
    for (const change of changes) {
      const definition = definitionIn(change.after)
      if (definition === undefined) continue
      await unit.judging(change.ref, () => requireUsable(live, { definition, others: others(definition), stored, surroundings: { own, definitions } }))
    }
    await requireNobodyNeeds(live, unit, { stored, changes, definitions })
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

/** What is in effect under the urls of what changes; of two that arrive together one finds the other and is judged again. */
const sameUrls = async (unit: Unit, changes: readonly Change[]): Promise<(of: DefinitionResource) => readonly DefinitionResource[]> => {
  const found = new Map<string, DefinitionResource[]>()
  const named = ({ resourceType, url = '' }: DefinitionResource): string => `${resourceType} ${url}`
  for (const type of DEFINITION_KINDS) {
    const urls = changes.flatMap(({ ref, after }) => (ref.type === type ? definitionIn(after)?.url ?? [] : []))
    for (const one of await withUrl(unit, type, [...new Set(urls)])) found.set(named(one), [...found.get(named(one)) ?? [], one])
  }
  return definition => found.get(named(definition)) ?? []
}

interface Usable {
  readonly definition: DefinitionResource
  /** In effect under the same url, itself among them. */
  readonly others: readonly DefinitionResource[]
  readonly stored: StoredDefinitions
  readonly surroundings: Surroundings
}

/** Throws a refusal of 422 with every reason. */
const requireUsable = async (live: LiveDefinitions, { definition, others, stored, surroundings }: Usable): Promise<void> => {
  const { resourceType, url = '', version, id } = definition
  const issues = [...judgeDefinition(live.shipped, surroundings, definition)]
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

interface Needed {
  readonly stored: StoredDefinitions
  readonly changes: readonly Change[]
  /** As they will be. */
  readonly definitions: Definitions
}

/** Structures that could be made before the changes and cannot be made after them. */
const requireNobodyNeeds = async (live: LiveDefinitions, unit: Unit, { stored, changes, definitions }: Needed): Promise<void> => {
  const touched = changes.flatMap(change => {
    const before = definitionIn(change.before)
    return before?.resourceType === 'StructureDefinition' ? [{ change, url: before.url }] : []
  })
  const own = new Set(changes.map(({ ref }) => refText(ref)))
  const needing = neededBy(stored)
  for (const { change, url } of touched) {
    const lost = needing(url).find(({ ref, defines: [one] }) => one !== undefined && !own.has(refText(ref))
      && live.definitions().structure(canonicalOf(one)) !== undefined && definitions.structure(canonicalOf(one)) === undefined)
    if (lost === undefined) continue
    await unit.judging(change.ref, () => Promise.reject(new FhirError(change.after === undefined ? 409 : 422, [unusableDefinition('definition-in-use', 'StructureDefinition',
      `${refText(lost.ref)} is made from ${url} and could not be made any more; retire, delete or change that first, or in the same transaction`)])))
  }
}

const canonicalOf = ({ url, version }: { readonly url: string; readonly version: string | undefined }): string =>
  (version === undefined ? url : `${url}|${version}`)
