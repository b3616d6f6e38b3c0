/** Which stored structures are made from another: they derive from it, or look into it as the profile of an element. */
import { withoutVersion } from '../../definitions/canonical.ts'
import type { Definition } from '../../definitions/definition.ts'
import type { StoredDefinition, StoredDefinitions } from './live.ts'

/** Urls a structure is made from; one that brings its snapshot is made from nothing. */
const madeFrom = (definition: Definition | undefined): readonly string[] => {
  if (definition?.kind !== 'StructureDefinition' || definition.source.snapshot !== undefined) return []
  const { baseDefinition, differential } = definition.source
  return [...baseDefinition === undefined ? [] : [baseDefinition], ...differential.flatMap(({ types = [] }) => types.flatMap(({ profiles = [] }) => profiles))]
    .map(withoutVersion)
}

/** Finds those made from the structure with a url, and from what is made from it. */
export const neededBy = (stored: StoredDefinitions): ((url: string) => readonly StoredDefinition[]) => {
  const users = new Map<string, StoredDefinition[]>()
  for (const one of stored.values()) {
    for (const used of madeFrom(one.defines[0])) {
      const known = users.get(used)
      if (known === undefined) users.set(used, [one])
      else known.push(one)
    }
  }
  return url => {
    const found = new Set<StoredDefinition>()
    const pending = [url]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const user of users.get(next) ?? []) {
        if (found.has(user)) continue
        found.add(user)
        pending.push(...user.defines.slice(0, 1).map(one => one.url))
      }
    }
    return [...found]
  }
}
