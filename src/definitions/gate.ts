/**
 * The structural gates: functions compiled ahead of time by AJV (`build/gates.ts`), linked here on first use.
 *
 * A gate is the text of a CommonJS module. It asks for four modules, which are given here: the formats of primitive
 * types, the gates of data types (one module, shared), `resource`, which sends a contained resource or a Bundle
 * entry's resource to the gate of its own type, and `paired`, about `null` in lists of primitives.
 */
import { compileFunction } from 'node:vm'
import { primitives } from './primitives.ts'

export type Gate = (value: unknown) => boolean

const formats = Object.fromEntries(Object.entries(primitives)
  .flatMap(([type, primitive]) => (primitive.json === 'string' ? [[type, primitive.test]] : [])))

const refuse: Gate = () => false

/**
 * Whether each place of a list of primitives has a value, or in the companion list an extension or id, that `null` in
 * the one stands for (https://hl7.org/fhir/R4/json.html#primitive).
 * @param parent the object that has `name` or `_name` or both, as lists or not
 */
function paired(parent: Readonly<Record<string, unknown>>, name: string): boolean {
  const list = (property: string): readonly unknown[] => (Array.isArray(parent[property]) ? parent[property] : [])
  const values = list(name)
  const companions = list(`_${name}`)
  for (let i = 0; i < Math.max(values.length, companions.length); i++) {
    if ((values[i] ?? companions[i] ?? null) === null) return false
  }
  return true
}

/** The modules a compiled gate may ask for, by the names `build/gates.ts` gives them. */
export const GATE_MODULES = { formats: 'formats', types: 'types', resource: 'resource', paired: 'paired' } as const

/**
 * Makes the finder of gates.
 * @param source text of a compiled module: a resource type's, or that of all data types
 */
export function gateLinker(
  source: (name: string) => string | undefined, resourceTypes: ReadonlySet<string>,
): (type: string) => Gate {
  const linked = new Map<string, { exports: unknown }>()

  function link(name: string): unknown {
    const found = linked.get(name)
    if (found !== undefined) return found.exports
    const text = source(name)
    if (text === undefined) throw new Error(`the compiled definitions have no gate "${name}"; run: node scripts/definitions.ts`)
    const module = { exports: {} }
    linked.set(name, module) // before it runs: the data types ask for their own module
    compileFunction(text, ['require', 'module', 'exports'], { filename: `gate-${name}.cjs` })(give, module, module.exports)
    return module.exports
  }

  const give = (name: string): unknown => {
    switch (name) {
      case GATE_MODULES.formats: return formats
      case GATE_MODULES.types: return link(GATE_MODULES.types)
      case GATE_MODULES.resource: return dispatch
      case GATE_MODULES.paired: return paired
      default: throw new Error(`a gate asks for "${name}", which it is not given`)
    }
  }
  const gate = (type: string): Gate => (resourceTypes.has(type) ? link(type) as Gate : refuse)
  const dispatch: Gate = value => {
    const type = (value as { resourceType?: unknown } | null)?.resourceType
    return typeof type === 'string' && gate(type)(value)
  }
  return gate
}
