/**
 * Adding profiles and tags to a `meta`, and taking them away: sets, in which a profile is its whole canonical and a tag
 * its system and code, whatever version and display say.
 * R4: https://hl7.org/fhir/R4/resource.html#Meta, https://hl7.org/fhir/R4/resource-operation-meta-add.html
 */
import type { Coding, Meta } from '../../fhir/resource.ts'

/** What the operations change of a meta. */
export interface Labels {
  readonly profile: readonly string[]
  readonly tag: readonly Coding[]
}

const isSameTag = (one: Coding, other: Coding): boolean => one.system === other.system && one.code === other.code

/** The same `meta` where all of it is there already. */
export const withLabels = (meta: Meta, { profile, tag }: Labels): Meta => {
  const profiles = added(meta.profile ?? [], profile, (one, other) => one === other)
  const tags = added(meta.tag ?? [], tag, isSameTag)
  if (profiles.length === (meta.profile ?? []).length && tags.length === (meta.tag ?? []).length) return meta
  return { ...meta, ...(profiles.length > 0 ? { profile: profiles } : {}), ...(tags.length > 0 ? { tag: tags } : {}) }
}

/** The same `meta` where none of it is there. */
export const withoutLabels = (meta: Meta, { profile, tag }: Labels): Meta => {
  const { profile: profiles = [], tag: tags = [], ...rest } = meta
  const keptProfiles = profiles.filter(one => !profile.includes(one))
  const keptTags = tags.filter(one => !tag.some(other => isSameTag(one, other)))
  if (keptProfiles.length === profiles.length && keptTags.length === tags.length) return meta
  return { ...rest, ...(keptProfiles.length > 0 ? { profile: keptProfiles } : {}), ...(keptTags.length > 0 ? { tag: keptTags } : {}) }
}

const added = <T>(present: readonly T[], more: readonly T[], isSame: (one: T, other: T) => boolean): T[] => {
  const all = [...present]
  for (const item of more) if (!all.some(one => isSame(one, item))) all.push(item)
  return all
}
