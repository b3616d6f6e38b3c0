/**
 * The FHIRPath engine with the R4 model, loaded when the first expression is compiled (130 ms that start-up and
 * a validation without compiled invariants do without).
 */
import { createRequire } from 'node:module'
import type * as FhirPath from 'fhirpath'

type Model = Parameters<typeof FhirPath.compile>[1] & { readonly type2Parent: Readonly<Record<string, string>> }

/** The compiled expression: the values it has on an element, with %resource and %rootResource where they matter. */
export type Evaluate = (value: unknown, environment?: Readonly<Record<string, unknown>>) => readonly unknown[]

const require = createRequire(import.meta.url)
let loaded: { readonly fhirpath: typeof FhirPath; readonly model: Model } | undefined

const engine = () => (loaded ??= { fhirpath: require('fhirpath') as typeof FhirPath, model: require('fhirpath/fhir-context/r4') as Model })

/**
 * Compiles an expression; throws where it is not FHIRPath.
 * @param base path of the element it stands on (`Patient.contact`), by which the engine knows the types below
 * @param functions a table of user functions, fhirpath.js's `userInvocationTable`
 */
export const compileExpression = (base: string, expression: string, functions?: object): Evaluate => {
  const { fhirpath, model } = engine()
  const options = { traceFn: () => undefined, ...(functions ? { userInvocationTable: functions as never } : {}) }
  return fhirpath.compile(isResourceType(base, model) ? expression : { base, expression }, model, options) as Evaluate
}

const isResourceType = (type: string, { type2Parent }: Model): boolean => {
  for (let above: string | undefined = type; above !== undefined; above = type2Parent[above]) if (above === 'Resource') return true
  return false
}

interface Ucum {
  getSpecifiedUnit(code: string, purpose: 'validate'): { readonly unit: object | null }
}

/** Whether UCUM has the unit; the library is the engine's own, and writes to the console what has a blank in it. */
export const isUcumCode = (code: string): boolean => {
  if (/\s/.test(code)) return false
  try {
    return (engine().fhirpath.ucumUtils as Ucum).getSpecifiedUnit(code, 'validate').unit !== null
  } catch {
    return false
  }
}
