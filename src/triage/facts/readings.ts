/**
 * One reading of a vital sign: which part of NEWS2 it is, by its LOINC or SNOMED CT code, and its value in the unit that
 * NEWS2 is defined in. What cannot be a reading is a conflict, and no reading.
 */
import type { CodeableConcept, Observation, ObservationComponent } from 'fhir/r4.js'
import type { Consciousness, Parameter, Vitals } from '../news2.ts'
import { convert, type Dimension, type Quantity } from '../units.ts'
import { LOINC, SNOMED } from '../vocabulary.ts'
import { codings } from './elements.ts'
import type { Referral } from './resources.ts'

/** A reading as a piece of the vital signs, with its time and where it stands. */
export interface Reading {
  readonly vitals: Partial<Vitals>
  readonly parameter: Parameter
  readonly at: number
  readonly from: string
}

type Measure = { readonly parameter: Parameter; readonly dimension: Dimension; readonly plausible: readonly [number, number] }

/** Outside these a reading is a slip of the keyboard and is not scored: it is unknown. */
const MEASURES: Readonly<Record<string, Measure>> = Object.fromEntries([
  ...of({ parameter: 'respiration', dimension: 'rate', plausible: [0, 100] }, [`${LOINC}|9279-1`, `${SNOMED}|86290005`]),
  ...of({ parameter: 'saturation', dimension: 'percent', plausible: [20, 100] }, [`${LOINC}|2708-6`, `${LOINC}|59408-5`, `${SNOMED}|103228002`, `${SNOMED}|431314004`]),
  ...of({ parameter: 'systolic', dimension: 'pressure', plausible: [20, 350] }, [`${LOINC}|8480-6`, `${SNOMED}|72313002`, `${SNOMED}|271649006`]),
  ...of({ parameter: 'pulse', dimension: 'rate', plausible: [0, 350] }, [`${LOINC}|8867-4`, `${SNOMED}|364075005`, `${SNOMED}|78564009`]),
  ...of({ parameter: 'temperature', dimension: 'temperature', plausible: [15, 46] }, [`${LOINC}|8310-5`, `${SNOMED}|276885007`, `${SNOMED}|386725007`]),
])

function of(measure: Measure, codes: readonly string[]): readonly (readonly [string, Measure])[] {
  return codes.map(code => [code, measure] as const)
}

const ACVPU: Readonly<Record<string, Consciousness>> = { 248234008: 'A', 130987000: 'C', 300202002: 'V', 450847001: 'P', 422768004: 'U' }
const ACVPU_CODE = '1104441000000107'
const AIR = '722742002'
const OXYGEN = '371825009'
const OXYGEN_FLOW = '3151-8'
const OXYGEN_FRACTION = '3150-6'

export const readingOf = (part: Observation | ObservationComponent, at: number, from: string, referral: Referral): Reading | undefined => {
  for (const { system, code = '' } of codings(part.code)) {
    const measure = MEASURES[`${system}|${code}`]
    const stated = part.valueQuantity?.value === undefined ? bareValue(part) : part.valueQuantity
    if (measure !== undefined && stated !== undefined) return measured(measure, stated, at, from, referral)
    if (system === SNOMED && code === ACVPU_CODE) {
      const consciousness = acvpu(part.valueCodeableConcept)
      return consciousness === undefined ? undefined : { vitals: { consciousness }, parameter: 'consciousness', at, from }
    }
  }
  const oxygen = oxygenOf(part)
  return oxygen === undefined ? undefined : { vitals: { oxygen }, parameter: 'oxygen', at, from }
}

/** A number or a text without a unit is a reading that was taken, and cannot be read. */
const bareValue = ({ valueInteger, valueString }: Observation | ObservationComponent): Quantity | undefined =>
  (valueInteger === undefined && valueString === undefined ? undefined : {})

const measured = ({ parameter, dimension, plausible: [low, high] }: Measure, quantity: Quantity, at: number, from: string, referral: Referral): Reading | undefined => {
  const value = convert(quantity, dimension)
  if (value !== undefined && value >= low && value <= high) return { vitals: { [parameter]: value }, parameter, at, from }
  referral.conflict({
    fact: 'observation', from: [from],
    text: value === undefined ? `the unit of ${parameter} is missing, or not one of ${parameter}` : `${parameter} of ${value} cannot be a reading`,
  })
  return undefined
}

const acvpu = (value: CodeableConcept | undefined): Consciousness | undefined =>
  codings(value).map(({ system, code = '' }) => (system === SNOMED ? ACVPU[code] : undefined)).find(found => found !== undefined)

/** "Room air" and "oxygen" as the code of an Observation without value, as its value, or as a flow or fraction. */
const oxygenOf = (part: Observation | ObservationComponent): boolean | undefined => {
  const named = [...codings(part.valueCodeableConcept), ...codings(part.code)].filter(({ system }) => system === SNOMED).map(({ code }) => code)
  if (named.includes(AIR)) return part.valueBoolean === undefined ? false : !part.valueBoolean
  if (named.includes(OXYGEN)) return part.valueBoolean ?? true
  const loinc = codings(part.code).filter(({ system }) => system === LOINC).map(({ code }) => code)
  if (part.valueQuantity === undefined) return undefined
  if (loinc.includes(OXYGEN_FLOW)) {
    const flow = convert(part.valueQuantity, 'flow')
    return flow === undefined ? undefined : flow > 0
  }
  if (loinc.includes(OXYGEN_FRACTION)) {
    const fraction = convert(part.valueQuantity, 'percent')
    return fraction === undefined ? undefined : fraction > 21
  }
  return undefined
}
