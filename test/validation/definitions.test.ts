/** The definitions this hub holds are themselves fit to validate with. */
import { compileBindings } from '../../src/validation/bindings.ts'
import { compileProfile } from '../../src/validation/compile.ts'
import { compileCheck } from '../../src/validation/invariants.ts'
import { compileTypes } from '../../src/validation/types.ts'
import { definitions } from './setup.ts'

const structures = definitions.canonicals('StructureDefinition').map(url => definitions.structure(url)!)

describe('the definitions compiled for validation', () => {
  it('have a shape for every resource type', () => {
    const types = compileTypes(definitions)
    expect([...definitions.resourceTypes].filter(type => types.node(type) === undefined)).toEqual([])
  })

  it('have no profile that cannot be wholly checked, but one example of R4 that tells sections apart by nothing', () => {
    const parts = { definitions, types: compileTypes(definitions), bindings: compileBindings(definitions) }
    const faulty = structures.filter(({ derivation }) => derivation === 'constraint')
      .map(structure => compileProfile(structure, parts)).filter(({ problems }) => problems.length > 0).map(({ url }) => url)
    expect(faulty).toEqual(['http://hl7.org/fhir/StructureDefinition/example-composition'])
  })

  it('have no invariant that does not compile', () => {
    const broken = structures.flatMap(({ elements }) => elements.flatMap(({ path, constraints }) => (constraints ?? []).filter(({ expression }) => {
      const check = expression === undefined ? undefined : compileCheck(path, expression)
      return check !== undefined && typeof check !== 'function' && check.broken
    }).map(({ key }) => key)))
    expect(broken).toEqual([])
  })
})
