/**
 * Compiles the structural gates with AJV into text: one module for all data types, one for each resource type.
 *
 * The keywords of `schema.ts` become calls into the modules that `../gate.ts` gives a gate when it links it.
 */
import { Ajv, _ } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import type { StructureDefinition } from '../definitions.ts'
import { GATE_MODULES } from '../gate.ts'
import { primitives } from '../primitives.ts'
import { schemaOf } from './schema.ts'

interface FhirType {
  readonly name: string
  /** In the array beside an array of primitives, `null` stands where there is nothing to add. */
  readonly nullable: boolean
}

function compiler(): Ajv {
  const ajv = new Ajv({
    strict: true, strictTypes: false, messages: false, validateSchema: false, inlineRefs: false,
    code: { source: true, lines: true, formats: _`require(${GATE_MODULES.formats})` },
  })
  for (const [name, primitive] of Object.entries(primitives)) {
    if (primitive.json === 'string') ajv.addFormat(name, primitive.test)
  }
  // the reference is only the key under which AJV keeps the name; the code is what the module says
  ajv.addKeyword({
    keyword: 'fhirType',
    code(context) {
      const { name, nullable } = context.schema as FhirType
      const types = context.gen.scopeValue('func', { ref: GATE_MODULES.types, code: _`require(${GATE_MODULES.types})` })
      const passes = _`${types}[${name}](${context.data})`
      context.fail(nullable ? _`${context.data} !== null && !${passes}` : _`!${passes}`)
    },
  })
  ajv.addKeyword({
    keyword: 'fhirResource',
    code(context) {
      const resource = context.gen.scopeValue('func', { ref: GATE_MODULES.resource, code: _`require(${GATE_MODULES.resource})` })
      context.fail(_`!${resource}(${context.data})`)
    },
  })
  ajv.addKeyword({
    keyword: 'paired',
    type: 'array',
    code(context) {
      const paired = context.gen.scopeValue('func', { ref: GATE_MODULES.paired, code: _`require(${GATE_MODULES.paired})` })
      const name = context.schema as string
      context.fail(_`${context.data}.includes(null) && !${paired}(${context.it.parentData}, ${name})`)
    },
  })
  return ajv
}

/** Module name -> text. @param base definitions of the base types; @param resourceTypes those that get a module */
export function compileGates(base: readonly StructureDefinition[], resourceTypes: readonly string[]): Map<string, string> {
  const modules = new Map<string, string>()
  const dataTypes = base.filter(({ kind }) => kind === 'complex-type')
  const types = compiler()
  for (const structure of dataTypes) types.addSchema(schemaOf(structure), structure.type)
  modules.set(GATE_MODULES.types, standalone.default(types, Object.fromEntries(dataTypes.map(({ type }) => [type, type]))))

  const byType = new Map(base.map(structure => [structure.type, structure]))
  for (const type of resourceTypes) {
    modules.set(type, standalone.default(types, compiler().compile(schemaOf(byType.get(type) as StructureDefinition))))
  }
  return modules
}
