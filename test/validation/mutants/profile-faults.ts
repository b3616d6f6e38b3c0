/** Faults against what profiles add: an element they require, an extension or an NHS number that may stand once. */
import type { Definitions, ElementDefinition } from '../../../src/definitions/definitions.ts'
import { many, remove, type Change, type Json } from './site.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

interface Claiming { readonly resourceType: string; readonly meta?: { readonly profile?: readonly string[] } }

const again = (key: string, value: unknown) => (object: Json): void => { object[key] = [...many(object[key]), value] }

/** @param resource one that is without errors against the profile of its type and those it claims */
export const profileFaults = (resource: Claiming, definitions: Definitions): readonly Change[] => {
  const { resourceType } = resource
  const held = resource as unknown as Json
  const standard = definitions.defaultProfile(resourceType)
  const elements: readonly ElementDefinition[] = [...(standard === undefined ? [] : [standard]), ...resource.meta?.profile ?? []]
    .flatMap(canonical => definitions.structure(canonical)?.elements ?? [])
  const base = definitions.type(resourceType)?.elements ?? []
  const required = new Set(elements
    .filter(({ id, path, min }) => min > 0 && id === path && path.split('.').length === 2 && base.some(known => known.path === path && known.min === 0))
    .map(({ path }) => path.slice(resourceType.length + 1)).filter(name => held[name] !== undefined))
  const once = new Set(elements.filter(({ id, max }) => max === 1 && id.startsWith(`${resourceType}.extension:`) && id.split('.').length === 2)
    .flatMap(({ types }) => types?.flatMap(({ profiles }) => profiles ?? []) ?? []))
  const extensions = many(held['extension']) as readonly Json[]
  const identifiers = many(held['identifier']) as readonly Json[]
  return [
    ...[...required].map(name => ({ kind: 'element removed that a profile requires', place: resourceType, apply: remove(name) })),
    ...extensions.filter(({ url }) => once.has(String(url))).map(extension =>
      ({ kind: 'extension twice that may stand once', place: `${resourceType}.extension[${extensions.length}]`, apply: again('extension', extension) })),
    ...(resourceType !== 'Patient' ? [] : identifiers.filter(({ system }) => system === NHS_NUMBER).map(identifier =>
      ({ kind: 'second NHS number', place: `Patient.identifier[${identifiers.length}]`, apply: again('identifier', identifier) }))),
  ]
}
