/**
 * Expanding a value set: from its own compose where every code system it names is complete here, else from the
 * expansion it comes with, else `unknown` with the reason. The definitions build and a running hub use the same.
 *
 * Sets that select from SNOMED CT, LOINC, UCUM and the like by expression depend on an edition nobody can ship: they
 * stay `unknown` unless somebody gives the codes. https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type {
  Extension, ValueSet as RawValueSet, ValueSetCompose, ValueSetComposeInclude, ValueSetExpansion, ValueSetExpansionContains,
} from 'fhir/r4.js'
import { withoutVersion } from './canonical.ts'
import type { CodeSystem, ValueSet } from './definitions.ts'
import { CannotExpand, keeps } from './filter.ts'

/** system -> code -> display */
type Codes = Map<string, Map<string, string>>

/** What of a ValueSet resource decides its codes. */
export interface ValueSetSource {
  readonly url: string
  readonly version?: string
  readonly compose?: ValueSetCompose
  readonly expansion?: ValueSetExpansion
  /** The expansion is HL7's own of 2018, which is not trusted with terminologies that have editions. */
  readonly isPublished?: true
  /** Canonicals of the supplements it asks for. */
  readonly supplements?: readonly string[]
}

/** Where the code systems and other value sets are found, by canonical with or without version. */
export interface Terminology {
  codeSystem(canonical: string): CodeSystem | undefined
  valueSet(canonical: string): ValueSet | undefined
}

/** More codes than any value set that is bound to has; as many take some 10 MB. */
const MAX_CODES = 100_000

/** Terminologies with editions: a published expansion of theirs is never taken for the whole truth. */
const WITH_EDITIONS = new Set(['http://snomed.info/sct', 'http://loinc.org', 'http://unitsofmeasure.org',
  'http://www.nlm.nih.gov/research/umls/rxnorm', 'http://hl7.org/fhir/sid/cvx', 'http://hl7.org/fhir/sid/icd-10'])

/** Systems whose members are recognised by their form: language tags and media types. */
const BY_FORM = new Set(['urn:ietf:bcp:47', 'urn:ietf:bcp:13'])

/** A set R4 binds to by the address of its RFC alone (`Expression.language`). */
export const MEDIA_TYPES_RFC: ValueSet = { kind: 'by-form', url: 'http://www.rfc-editor.org/bcp/bcp13.txt', systems: ['urn:ietf:bcp:13'] }

const SUPPLEMENT = 'http://hl7.org/fhir/StructureDefinition/valueset-supplement'
const UNCLOSED = 'http://hl7.org/fhir/StructureDefinition/valueset-unclosed'

export const readValueSet = ({ url = '', version, compose, expansion, extension }: RawValueSet): ValueSetSource => {
  const supplements = (extension ?? []).flatMap(one => (one.url === SUPPLEMENT && one.valueCanonical !== undefined ? [one.valueCanonical] : []))
  return {
    url,
    ...(version === undefined ? {} : { version }),
    ...(compose === undefined ? {} : { compose }),
    ...(expansion === undefined ? {} : { expansion }),
    ...(supplements.length === 0 ? {} : { supplements }),
  }
}

/** Adds a code, unless that makes too many. */
const adding = (into: Codes): ((system: string, code: string, display: string) => void) => {
  let count = 0
  return (system, code, display) => {
    if (++count > MAX_CODES) throw new CannotExpand(`it has more than ${MAX_CODES} codes`)
    const codes = into.get(system)
    if (codes === undefined) into.set(system, new Map([[code, display]]))
    else codes.set(code, display)
  }
}

/** The code system, with what a supplement adds to it where the value set asks for one. */
const supplemented = (system: CodeSystem, { supplements = [] }: ValueSetSource, terminology: Terminology): CodeSystem => {
  const added = supplements.map(canonical => {
    const supplement = terminology.codeSystem(canonical)
    if (supplement === undefined) throw new CannotExpand(`it asks for the supplement ${canonical}, which is not held here`)
    return supplement
  }).filter(({ supplements: of }) => of !== undefined && withoutVersion(of) === system.url)
  return added.reduce((whole, { properties = [], declared }) => ({
    ...whole,
    declared: new Set([...whole.declared, ...declared]),
    properties: new Map([...whole.properties ?? [], ...[...properties].map(([name, values]) =>
      [name, new Map([...whole.properties?.get(name) ?? [], ...values])] as const)]),
  }), system)
}

/** The code system an include names, whole and in its version. */
function wholeSystem(include: ValueSetComposeInclude, source: ValueSetSource, terminology: Terminology): CodeSystem {
  const url = include.system ?? ''
  const canonical = include.version === undefined ? url : `${url}|${include.version}`
  const system = terminology.codeSystem(canonical)
  if (system === undefined) {
    const other = include.version === undefined ? undefined : terminology.codeSystem(url)
    throw new CannotExpand(other === undefined ? `${url} is not held here as a complete code system`
      : `${url} is held here in version ${other.version ?? 'none'}, not in ${include.version}`)
  }
  if (system.content === 'supplement') throw new CannotExpand(`${url} is a supplement; the system it supplements has the codes`)
  if (system.content !== 'complete') throw new CannotExpand(`${url} is not held here as a complete code system`)
  return supplemented(system, source, terminology)
}

function fromSystem(include: ValueSetComposeInclude, source: ValueSetSource, terminology: Terminology): Codes | undefined {
  if (include.system === undefined) return undefined
  const named = terminology.codeSystem(include.system)
  // HL7's v2 systems have a version inside their canonical
  const url = named?.url ?? withoutVersion(include.system)
  const into: Codes = new Map()
  const add = adding(into)
  const isLeftOut = (system: CodeSystem | undefined, code: string): boolean =>
    source.compose?.inactive === false && system?.inactive?.has(code) === true
  if (include.concept !== undefined) {
    for (const { code, display } of include.concept) {
      if (!isLeftOut(named, code)) add(url, code, display ?? named?.codes.get(code) ?? '')
    }
    return into
  }
  const system = wholeSystem(include, source, terminology)
  const filters = (include.filter ?? []).map(filter => keeps(system, filter))
  for (const [code, display] of system.codes) {
    if (!system.notSelectable?.has(code) && !isLeftOut(system, code) && filters.every(keep => keep(code))) add(url, code, display)
  }
  return into
}

const intersection = (left: Codes, right: Codes): Codes => new Map([...left].map(([system, codes]) => [
  system, new Map([...codes].filter(([code]) => right.get(system)?.has(code)))]))

function imported(canonical: string, terminology: Terminology): Codes {
  const set = terminology.valueSet(canonical)
  if (set === undefined) throw new CannotExpand(`it imports ${canonical}, which is not held here`)
  if (set.kind === 'expanded') return set.codes as Codes
  throw new CannotExpand(`it imports ${set.url}, which ${set.kind === 'by-form' ? 'cannot be enumerated' : `is unknown: ${set.reason}`}`)
}

/** What one include or exclude selects: the system's part and every imported set, intersected. */
function selected(include: ValueSetComposeInclude, source: ValueSetSource, terminology: Terminology): Codes {
  const parts = [fromSystem(include, source, terminology), ...(include.valueSet ?? []).map(canonical => imported(canonical, terminology))]
  const [first = new Map<string, Map<string, string>>(), ...others] = parts.filter(part => part !== undefined)
  return others.reduce(intersection, first)
}

function composed(compose: ValueSetCompose, source: ValueSetSource, terminology: Terminology): Codes {
  const codes: Codes = new Map()
  const add = adding(codes)
  for (const include of compose.include) {
    for (const [system, members] of selected(include, source, terminology)) for (const [code, display] of members) add(system, code, display)
  }
  for (const exclude of compose.exclude ?? []) {
    for (const [system, members] of selected(exclude, source, terminology)) for (const code of members.keys()) codes.get(system)?.delete(code)
  }
  return codes
}

const isUnclosed = (extensions: readonly Extension[] | undefined): boolean =>
  extensions?.some(({ url, valueBoolean }) => url === UNCLOSED && valueBoolean === true) ?? false

/** The codes of an expansion, unless it is a page or a cut of the whole. */
function expandedIn({ contains, total, offset, parameter, extension }: ValueSetExpansion): Codes {
  const isCut = parameter?.some(({ name, valueBoolean }) => name === 'limitedExpansion' && valueBoolean) ?? false
  const codes: Codes = new Map()
  const add = adding(codes)
  let count = 0
  const pending: ValueSetExpansionContains[] = [...contains ?? []].reverse()
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    count += 1
    if (entry.abstract !== true && entry.system !== undefined && entry.code !== undefined) add(entry.system, entry.code, entry.display ?? '')
    pending.push(...[...entry.contains ?? []].reverse())
  }
  if (contains === undefined || isCut || isUnclosed(extension) || (offset ?? 0) > 0 || (total ?? 0) > count) {
    throw new CannotExpand('its expansion is only a part of it')
  }
  return codes
}

/** Whether the expansion it comes with may stand for a value set that cannot be composed. */
function isTrusted({ compose, isPublished }: ValueSetSource, terminology: Terminology): boolean {
  if (!isPublished) return true
  return (compose?.include ?? []).every(({ system, concept, valueSet: imports = [] }) =>
    (system === undefined || concept !== undefined || !WITH_EDITIONS.has(system)) && imports.every(url => terminology.valueSet(url)?.kind === 'expanded'))
}

/** The systems that the codes can be from at most; undefined where an include does not say. */
const systemsOf = ({ include }: ValueSetCompose): readonly string[] | undefined => {
  const systems = include.map(({ system }) => (system === undefined ? undefined : withoutVersion(system)))
  return systems.every(system => system !== undefined) ? [...new Set(systems)] : undefined
}

/** The codes of a value set, as far as they can be known here. Never throws. */
export function expandValueSet(source: ValueSetSource, terminology: Terminology): ValueSet {
  const { url, version, compose, expansion } = source
  const name = { url, ...(version === undefined ? {} : { version }) }
  const systems = compose?.include.map(({ system, concept, filter, valueSet }) => (concept || filter || valueSet ? undefined : system)) ?? []
  if (systems.length > 0 && !compose?.exclude?.length && systems.every(system => system !== undefined && BY_FORM.has(system))) {
    return { kind: 'by-form', ...name, systems: systems as string[] }
  }
  const known = (codesOf: () => Codes): ValueSet => {
    try {
      return { kind: 'expanded', ...name, codes: codesOf() }
    } catch (error) {
      const systems = compose && systemsOf(compose)
      if (error instanceof CannotExpand) return { kind: 'unknown', ...name, reason: error.message, ...(systems === undefined ? {} : { systems }) }
      throw error
    }
  }
  const byCompose = known(() => {
    if (compose === undefined) throw new CannotExpand('it has no compose')
    return composed(compose, source, terminology)
  })
  if (byCompose.kind === 'expanded' || expansion === undefined || !isTrusted(source, terminology)) return byCompose
  const byExpansion = known(() => expandedIn(expansion))
  return byExpansion.kind === 'expanded' || compose === undefined ? byExpansion : byCompose
}
