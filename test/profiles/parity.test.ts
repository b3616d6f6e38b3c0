/**
 * Each restated definition says what the official one says, nothing less and nothing more.
 */
import { ELEMENT_PROSE, differences } from './constraints.ts'
import { absent, bars, ukCore } from './official.ts'
import { type Definition, filesOf } from './restated.ts'

const describeOfficial = absent === undefined ? describe : describe.skip
const because = absent === undefined ? '' : ` (${absent})`
const official = ukCore()
const officialBars = bars()

/** The types of a referral; the rest of `profiles/ukcore` is what they bind, extend and derive from. */
const RESTATED_PROFILES = [
  'Patient', 'ServiceRequest', 'Task', 'HealthcareService', 'Location', 'Organization', 'Practitioner', 'PractitionerRole',
  'RelatedPerson', 'Observation', 'Observation-EarlyWarningTotalScore', 'Observation-ACVPU', 'Condition', 'Consent', 'Flag',
  'Communication', 'Encounter', 'Bundle',
]

const structures = (definitions: Iterable<Definition>): Definition[] =>
  [...definitions].filter(definition => definition.resourceType === 'StructureDefinition')

const elementsOf = (definition: Definition): Record<string, unknown>[] =>
  (definition.differential as { element: Record<string, unknown>[] }).element

describeOfficial(`restated UK Core${because}`, () => {
  it.each(RESTATED_PROFILES)('has %s', name => {
    const url = `https://fhir.hl7.org.uk/StructureDefinition/UKCore-${name}`
    expect(official.get(url)?.definition.url).toBe(url)
    expect(filesOf('ukcore').map(file => file.definition.url)).toContain(url)
  })

  describe.each(filesOf('ukcore'))('$path', ({ definition }) => {
    const source = official.get(definition.url)

    it('constrains what the official definition constrains', () => {
      expect(source).toBeDefined()
      if (source !== undefined) expect(differences(definition, source.definition)).toEqual([])
    })

    it('names the line and the version it restates', () => {
      expect(definition.version.replace(/-hub\.\d+$/, '')).toBe(source?.definition.version)
      expect(definition.description).toContain(`${definition.id} ${source?.definition.version} `)
      expect(definition.description).toContain(source?.line)
      expect(definition.name).toBe(source?.definition.name)
      expect(definition.status).toBe(source?.definition.status)
    })
  })

  it('repeats no text of the official constraints', () => {
    const humans = (definitions: Definition[]): Map<string, string> => new Map(definitions
      .flatMap(elementsOf)
      .flatMap(element => (element.constraint ?? []) as { key: string; human: string }[])
      .map(({ key, human }) => [key, human]))
    const theirs = humans(structures([...official.values()].map(entry => entry.definition)))
    const ours = humans(structures(filesOf('ukcore').map(file => file.definition)))
    expect(ours.size).toBeGreaterThan(0)
    for (const [key, human] of ours) expect(human).not.toBe(theirs.get(key))
  })
})

describeOfficial(`restated BaRS code systems${because}`, () => {
  it.each(filesOf('bars'))('$path has the official codes and displays', ({ definition }) => {
    const source = officialBars.get(definition.url)
    expect(source).toBeDefined()
    if (source !== undefined) expect(differences(definition, source)).toEqual([])
    expect(definition.version.replace(/-hub\.\d+$/, '')).toBe(source?.version)
  })
})

describe('the comparison itself', () => {
  const profile = (change: (elements: Record<string, unknown>[]) => Record<string, unknown>[]): Definition => ({
    resourceType: 'StructureDefinition', id: 'p', url: 'https://example.org/p', version: '1.0.0', type: 'Patient',
    differential: { element: change([
      { id: 'Patient.identifier', path: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } },
      { id: 'Patient.identifier:nhs', path: 'Patient.identifier', sliceName: 'nhs', max: '1', mustSupport: true },
      { id: 'Patient.gender', path: 'Patient.gender', binding: { strength: 'required', valueSet: 'https://example.org/v' } },
    ]) },
  })
  const without = (element: Record<string, unknown>, name: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(element).filter(([field]) => field !== name))
  const same = profile(elements => elements)

  it.each<[string, (elements: Record<string, unknown>[]) => Record<string, unknown>[]]>([
    ['a lost slice', elements => elements.filter(element => element.sliceName === undefined)],
    ['a wider cardinality', elements => elements.map(element => without(element, 'max'))],
    ['a weaker binding', elements => elements.map(element => element.binding === undefined ? element
      : { ...element, binding: { strength: 'extensible', valueSet: 'https://example.org/v' } })],
    ['another discriminator', elements => elements.map(element => element.slicing === undefined ? element
      : { ...element, slicing: { discriminator: [{ type: 'pattern', path: 'system' }], rules: 'open' } })],
    ['a lost mustSupport', elements => elements.map(element => without(element, 'mustSupport'))],
    ['an added element', elements => [...elements, { id: 'Patient.name', path: 'Patient.name', min: 1 }]],
    ['a field nobody thought of', elements => elements.map(element => ({ ...element, maxLength: 3 }))],
    ['another order', elements => elements.toReversed()],
  ])('sees %s', (_name, change) => {
    expect(differences(profile(change), same)).not.toEqual([])
    expect(differences(same, profile(change))).not.toEqual([])
  })

  it.each(ELEMENT_PROSE)('does not see %s', name => {
    expect(differences(profile(elements => elements.map(element => ({ ...element, [name]: 'text' }))), same)).toEqual([])
  })

  it('sees a lost code, another display and another parent', () => {
    const system = (concept: unknown): Definition =>
      ({ resourceType: 'CodeSystem', id: 'c', url: 'https://example.org/c', version: '1', concept } as unknown as Definition)
    const official = system([{ code: 'a', display: 'A', concept: [{ code: 'b', display: 'B' }] }])
    expect(differences(system([{ code: 'a', display: 'A' }]), official)).toHaveLength(1)
    expect(differences(system([{ code: 'a', display: 'x', concept: [{ code: 'b', display: 'B' }] }]), official)).toHaveLength(1)
    expect(differences(system([{ code: 'a', display: 'A' }, { code: 'b', display: 'B' }]), official)).toHaveLength(1)
  })

  it('sees a lost filter and a lost exclusion', () => {
    const set = (compose: unknown): Definition =>
      ({ resourceType: 'ValueSet', id: 'v', url: 'https://example.org/v', version: '1', compose } as unknown as Definition)
    const filter = [{ property: 'constraint', op: '=', value: '< 1' }]
    const official = set({ include: [{ system: 's', filter }], exclude: [{ system: 's', concept: [{ code: 'a' }] }] })
    expect(differences(set({ include: [{ system: 's' }], exclude: [{ system: 's', concept: [{ code: 'a' }] }] }), official)).toHaveLength(1)
    expect(differences(set({ include: [{ system: 's', filter }] }), official)).toHaveLength(1)
  })
})
