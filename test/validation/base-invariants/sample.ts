/**
 * For each invariant of base R4 an element that meets it and one that breaks it. Around the element stands only what leads
 * to it: what else the resource lacks is not asked.
 */

export interface Sample {
  /** The resource around an element. */
  readonly around: (element: unknown) => object
  readonly meet: readonly unknown[]
  readonly break: readonly unknown[]
}

export type Samples = Readonly<Record<string, Sample>>

/** `TestScript.setup.action[]`: `[]` where the element repeats; a type alone is the resource itself. */
export const at = (path: string, meet: readonly unknown[], breaking: readonly unknown[]): Sample => {
  const [resourceType = '', ...steps] = path.split('.')
  const around = (element: unknown): object => {
    if (steps.length === 0) return { resourceType, ...element as object }
    return { resourceType, ...steps.reduceRight<unknown>((inner, step) =>
      (step.endsWith('[]') ? { [step.slice(0, -2)]: [inner] } : { [step]: inner }), element) as object }
  }
  return { around, meet, break: breaking }
}

export const coded = (system: string, code: string): object => ({ coding: [{ system, code }] })
export const refer = { reference: 'Patient/1' }
