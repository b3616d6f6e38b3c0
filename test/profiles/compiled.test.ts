/**
 * What is compiled from the restated definitions comes to what HL7 UK published: the same snapshots (STU2 2.0.2, which
 * has them) and the same expansions (both lines, where they list codes and these can be known offline).
 */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { absent, ukCore } from './official.ts'
import { byUrl } from './restated.ts'
import type { ElementDefinition } from '../../src/definitions/definitions.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { readStructure } from '../../src/definitions/structure.ts'

const describeOfficial = absent === undefined ? describe : describe.skip
const because = absent === undefined ? '' : ` (${absent})`
const definitions = loadDefinitions()
const official = [...ukCore().values()].map(entry => entry.definition).filter(({ url }) => byUrl.has(url))

/** Invariants that come with the types of an element, which some snapshots repeat on it and others do not. */
const typeInvariants = (element: ElementDefinition): string[] => [
  definitions.type('Element'),
  ...(element.types ?? []).flatMap(type => [definitions.type(type.code), ...(type.profiles ?? []).map(url => definitions.structure(url))]),
].flatMap(structure => structure?.elements[0]?.constraints ?? []).map(({ key }) => key)

/** What an instance is judged by. mustSupport judges none: on slices some tools hand it down and others do not. */
function judged(element: ElementDefinition): Record<string, unknown> {
  const { min, max, types, contentReference, binding, fixed, pattern, minValue, maxValue, maxLength, slicing, isModifier } = element
  const implied = typeInvariants(element)
  return {
    min, max, types, contentReference, binding, fixed, pattern, minValue, maxValue, maxLength,
    isModifier: isModifier ?? false,
    // Extensions are sliced by their url whether a snapshot says so or not.
    slicing: element.path.toLowerCase().endsWith('extension') && element.sliceName === undefined ? undefined : slicing,
    constraints: (element.constraints ?? []).map(({ key }) => key).filter(key => !implied.includes(key)).sort(),
  }
}

/** The `value` of a primitive has no children, bindings or limits that its type does not have. */
const isPrimitiveValue = ({ types }: ElementDefinition): boolean => types?.some(({ code }) => code.startsWith('http://hl7.org/fhirpath/')) ?? false

const withSnapshot = official.filter(definition => 'snapshot' in definition)

describeOfficial(`snapshots${because}`, () => {
  it.each(withSnapshot)('$id', definition => {
    const theirs = readStructure(definition as unknown as RawStructure, () => undefined).elements
    const ours = new Map(definitions.structure(definition.url)?.elements.map(element => [element.id, element]))
    // Ours unfolds an extension only where the profile changes something inside it; what it is, its own profile says.
    const compared = theirs.filter(element => !isPrimitiveValue(element) && (ours.has(element.id) || !/xtension:[^.]+\./.test(element.id)))
    expect(compared.length).toBeGreaterThan(1)
    for (const element of compared) {
      const own = ours.get(element.id)
      expect({ id: element.id, ...(own === undefined ? {} : judged(own)) }).toEqual({ id: element.id, ...judged(element) })
    }
  })
})

interface Contained { readonly system: string; readonly code: string; readonly abstract?: boolean; readonly contains?: readonly Contained[] }
const flat = (contains: readonly Contained[]): Contained[] => contains.flatMap(entry => [entry, ...flat(entry.contains ?? [])])

const expansions = official.flatMap(({ id, url, expansion }) => {
  const set = definitions.valueSet(url)
  const contains = (expansion as { contains?: Contained[] } | undefined)?.contains
  return set?.kind !== 'expanded' || contains === undefined ? [] : [{ id, contains, codes: set.codes }]
})

describeOfficial(`expansions${because}`, () => {
  it('are published for most value sets that can be expanded offline', () => {
    expect(expansions.length).toBeGreaterThan(20)
  })

  it.each(expansions)('$id', ({ contains, codes }) => {
    const ours = [...codes].flatMap(([system, known]) => [...known.keys()].map(code => `${system}|${code}`))
    expect(ours.sort()).toEqual(flat(contains).filter(entry => entry.abstract !== true).map(({ system, code }) => `${system}|${code}`).sort())
  })
})
