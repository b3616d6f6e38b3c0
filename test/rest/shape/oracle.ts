/**
 * A second, slow and obvious answer to "what of a resource is in its summary": straight from the snapshots of R4's own
 * StructureDefinitions as the package publishes them, without the hub's definitions.
 */
import { existsSync, readFileSync } from 'node:fs'

export const EXAMPLES = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url)

type Fields = Record<string, unknown>

interface Published {
  readonly path: string
  readonly min: number
  readonly isSummary?: boolean
  readonly isModifier?: boolean
  readonly contentReference?: string
  readonly type?: readonly { readonly code: string }[]
}

const snapshots = new Map<string, readonly Published[]>()

export const snapshot = (type: string): readonly Published[] => {
  const known = snapshots.get(type)
  if (known !== undefined) return known
  const file = new URL(`StructureDefinition-${type}.json`, EXAMPLES)
  const elements = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { snapshot: { element: Published[] } }).snapshot.element
    : []
  snapshots.set(type, elements)
  return elements
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

interface Found {
  readonly element: Published
  readonly type: string
}

/** The element that a JSON name stands for below `path`, in its type. */
export const published = (structure: string, path: string, json: string): Found | undefined => {
  const name = json.replace(/^_/, '')
  for (const element of snapshot(structure)) {
    if (element.path === `${path}.${name}`) return { element, type: element.type?.[0]?.code ?? '' }
    if (!element.path.startsWith(`${path}.`) || !element.path.endsWith('[x]')) continue
    const choice = element.type?.find(({ code }) => element.path.slice(0, -3) + capital(code) === `${path}.${name}`)
    if (choice !== undefined) return { element, type: choice.code }
  }
  return undefined
}

export const isNeeded = ({ min, isModifier }: Published): boolean => min > 0 || isModifier === true

const isPrimitive = (type: string): boolean => /^[a-z]/.test(type)

const UNDIVIDED = new Set(['Extension', 'Narrative', 'Meta'])

/** What the summary of an object of `structure`, at `path` in it, has besides the tag; undefined where nothing is left. */
export const summaryOf = (value: Fields, structure: string, path = structure): Fields | undefined => {
  const summary: Fields = {}
  for (const [json, member] of Object.entries(value)) {
    if (json === 'resourceType') {
      summary[json] = member
      continue
    }
    const found = published(structure, path, json)
    if (found === undefined || (found.element.isSummary !== true && !isNeeded(found.element))) continue
    const shown = memberOf(value, json, member, structure, found)
    if (shown !== undefined) summary[json] = shown
  }
  return Object.keys(summary).some(name => name !== 'resourceType') ? summary : undefined
}

const memberOf = (value: Fields, json: string, member: unknown, structure: string, { element, type }: Found): unknown => {
  if (json.startsWith('_')) {
    const itself = value[json.slice(1)]
    return itself === undefined || (Array.isArray(itself) && itself.includes(null)) ? member : undefined
  }
  if (isPrimitive(type) || UNDIVIDED.has(type)) return member
  const one = (item: Fields): Fields | undefined => {
    if (type === 'Resource') return tagged(summaryOf(item, String(item['resourceType'])) ?? { resourceType: item['resourceType'] })
    if (element.contentReference !== undefined) return summaryOf(item, structure, element.contentReference.slice(1))
    return type === 'BackboneElement' || type === 'Element' ? summaryOf(item, structure, element.path) : summaryOf(item, type)
  }
  if (!Array.isArray(member)) return one(member as Fields)
  const items = member.map(one).filter(item => item !== undefined)
  return items.length === 0 ? undefined : items
}

const TAG = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

/** With R4's mark of a subset. */
export const tagged = (resource: Fields = {}): Fields => {
  const meta = (resource['meta'] ?? {}) as { tag?: (typeof TAG)[] }
  const others = (meta.tag ?? []).filter(({ system, code }) => system !== TAG.system || code !== TAG.code)
  const already = (meta.tag ?? []).length > others.length
  return { ...resource, meta: already ? meta : { ...meta, tag: [...others, TAG] } }
}
