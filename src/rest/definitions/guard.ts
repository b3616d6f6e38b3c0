/**
 * The guard of definitions in the commit path: what is put on the server can take effect, together with everything else in
 * its transaction in whatever order; two of one canonical say the same; and none that others need goes.
 */
import type { DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { FhirError, unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import { refText, type Resource } from '../../fhir/resource.ts'
import type { Condition } from '../../search/plan.ts'
import type { Change, Guard, Unit } from '../unit.ts'
import { defineTheSame, definitionIn } from './in-effect.ts'
import { judgeAlone, judgeDefinition, type Surroundings } from './judge.ts'
import { definedBy, isKind, storedDefinition, type LiveDefinitions, type StoredDefinition, type StoredDefinitions } from './live.ts'
import { needing } from './needed.ts'

/** All of UK Core's draft has 600; a set of definitions is laid anew with each change, some 2 ms for so many. */
export const MAX_DEFINITIONS = 2_000

export const createDefinitionGuard = (live: LiveDefinitions): Guard => ({
  name: 'definitions',
  async review(unit) {
    const changes = unit.changes().filter(({ ref, before, after }) => isKind(ref.type) && (definitionIn(before) ?? definitionIn(after)) !== undefined)
    if (changes.length === 0) return
    const stored = changed(live.stored(), changes)
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
  await expectBases(unit, definition, stored)
}

const sameUrl = (url: string): Condition => ({ kind: 'match', param: 'url', test: { kind: 'uri', match: 'exact', uri: url } })

/** The versions of the stored bases become expectations: a base that goes at the same time is seen. */
const expectBases = async (unit: Unit, definition: DefinitionResource, stored: StoredDefinitions): Promise<void> => {
  const seen = new Set<string>()
  let base = definition.resourceType === 'StructureDefinition' ? definition.baseDefinition?.split('|', 1)[0] : undefined
  while (base !== undefined && !seen.has(base)) {
    seen.add(base)
    const found: StoredDefinition | undefined = [...stored.values()].find(({ defines: [one] }) => one?.kind === 'StructureDefinition' && one.url === base)
    if (found === undefined) return
    await unit.read(found.ref)
    const [defined] = found.defines
    base = defined?.kind === 'StructureDefinition' ? defined.source.baseDefinition : undefined
  }
}

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
