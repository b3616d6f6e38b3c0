/**
 * Reading an ElementDefinition of a StructureDefinition resource into the compact form the hub works with.
 *
 * Only what constrains an instance is kept. An element of a differential says only what it changes, so everything
 * but its id and path is optional here; `snapshot.ts` lays it over the base.
 */
import type { ElementDefinition as RawElement, ElementDefinitionType } from 'fhir/r4.js'
import { isOfR4, withoutVersion } from './canonical.ts'
import type { Binding, Constraint, ElementDefinition, ElementType, Slicing } from './definitions.ts'
import { primitives } from './primitives.ts'

/** What an element of a differential changes; absent fields are inherited. */
export interface ElementDifference extends Partial<Omit<ElementDefinition, 'id' | 'path' | 'binding'>> {
  readonly id: string
  readonly path: string
  /** A differential may say only a new strength. */
  readonly binding?: Partial<Binding>
}

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'

/** A canonical as it is looked up: in its version where it names one, but for R4's own. */
const pinned = (canonical: string): string => (isOfR4(canonical) ? withoutVersion(canonical) : canonical)

/** `*` is unbounded. */
const maximum = (max: string): number => (max === '*' ? Infinity : Number(max))

/** The one property `prefix[x]` of an element: `fixedUri` is the type `uri` with its value. */
function choice(raw: RawElement, prefix: string): { type: string; value: unknown } | undefined {
  for (const [key, value] of Object.entries(raw)) {
    const suffix = key.slice(prefix.length)
    if (!key.startsWith(prefix) || !/^[A-Z]/.test(suffix)) continue
    const primitive = suffix.charAt(0).toLowerCase() + suffix.slice(1)
    return { type: Object.hasOwn(primitives, primitive) ? primitive : suffix, value }
  }
  return undefined
}

const elementType = (raw: ElementDefinitionType): ElementType => ({
  code: raw.code,
  ...(raw.profile?.length ? { profiles: raw.profile.map(withoutVersion) } : {}),
  ...(raw.targetProfile?.length ? { targetProfiles: raw.targetProfile.map(withoutVersion) } : {}),
})

function bindingOf(raw: RawElement['binding']): Partial<Binding> | undefined {
  if (raw === undefined) return undefined
  const widest = raw.extension?.find(extension => extension.url === MAX_VALUE_SET)
  const maxValueSet = widest?.valueCanonical ?? widest?.valueUri
  return {
    strength: raw.strength,
    ...(raw.valueSet === undefined ? {} : { valueSet: pinned(raw.valueSet) }),
    ...(maxValueSet === undefined ? {} : { maxValueSet: pinned(maxValueSet) }),
  }
}

const slicingOf = (raw: NonNullable<RawElement['slicing']>): Slicing => ({
  discriminators: (raw.discriminator ?? []).map(({ type, path }) => ({ type, path })),
  ordered: raw.ordered ?? false,
  rules: raw.rules,
})

const constraintOf = (raw: NonNullable<RawElement['constraint']>[number]): Constraint => ({
  key: raw.key,
  severity: raw.severity,
  human: raw.human,
  ...(raw.expression === undefined ? {} : { expression: raw.expression }),
})

const defined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

/** What an element binds to after a differential; a binding that names no value set constrains nothing. */
export function boundTo(base: Binding | undefined, difference: Partial<Binding> | undefined): { binding?: Binding } {
  const { strength, valueSet, ...rest } = { ...base, ...difference }
  return strength === undefined || valueSet === undefined ? {} : { binding: { strength, valueSet, ...rest } }
}

/**
 * The compact form of one element of a differential or snapshot.
 * @param id the element's id, made by `elementIds` where the resource leaves it out
 */
export function readElement(raw: RawElement, id: string): ElementDifference {
  return {
    id,
    path: raw.path,
    ...defined({
      sliceName: raw.sliceName,
      min: raw.min,
      max: raw.max === undefined ? undefined : maximum(raw.max),
      types: raw.type?.map(elementType),
      contentReference: raw.contentReference?.replace(/^.*#/, ''),
      binding: bindingOf(raw.binding),
      fixed: choice(raw, 'fixed'),
      pattern: choice(raw, 'pattern'),
      minValue: choice(raw, 'minValue'),
      maxValue: choice(raw, 'maxValue'),
      maxLength: raw.maxLength,
      slicing: raw.slicing === undefined ? undefined : slicingOf(raw.slicing),
      constraints: raw.constraint?.map(constraintOf),
      mustSupport: raw.mustSupport || undefined,
      isModifier: raw.isModifier || undefined,
      isSummary: raw.isSummary || undefined,
    }),
  }
}

/**
 * Ids of the elements in order. `ElementDefinition.id` is optional; without it, the id follows from the path and
 * from the slice names seen last on the way there (https://hl7.org/fhir/R4/elementdefinition.html#id).
 */
export function elementIds(raw: readonly RawElement[]): string[] {
  const latest = new Map<string, string>()
  return raw.map(element => {
    const dot = element.path.lastIndexOf('.')
    const parent = dot < 0 ? undefined : element.path.slice(0, dot)
    const name = element.path.slice(dot + 1) + (element.sliceName === undefined ? '' : `:${element.sliceName}`)
    const id = element.id ?? (parent === undefined ? name : `${latest.get(parent) ?? parent}.${name}`)
    latest.set(element.path, id)
    return id
  })
}
