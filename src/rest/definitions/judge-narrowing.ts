/**
 * Whether a profile only narrows what it derives from: no element less often required, more often allowed, or of another type.
 * The validator leaves out a profile when one that derives from it is asked for as well, which holds only so.
 * https://hl7.org/fhir/R4/profiling.html#limitations
 */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import type { ElementDefinition, StructureDefinition } from '../../definitions/definitions.ts'
import type { ElementDifference } from '../../definitions/element.ts'
import { readStructureSource } from '../../definitions/structure.ts'
import { unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import { placeOf } from './place.ts'

export const judgeNarrowing = (raw: RawStructure, base: StructureDefinition): readonly Issue[] => {
  const below = new Map(base.elements.map(element => [element.id, element]))
  const { snapshot, differential } = readStructureSource(raw)
  return (snapshot ?? differential).flatMap((element: ElementDifference) => {
    const before = below.get(element.id)
    const wider = before && widened(element, before)
    return wider === undefined ? [] : [unusableDefinition('definition-snapshot', `StructureDefinition.${placeOf(raw, element.id)}`,
      `${element.id} ${wider}; a profile may only narrow what it derives from`)]
  })
}

const shown = (max: number): string => (max === Infinity ? '*' : String(max))

const widened = ({ min, max, types = [] }: ElementDifference, before: ElementDefinition): string | undefined => {
  if (min !== undefined && min < before.min) return `has a minimum of ${min}, where its base has ${before.min}`
  if (max !== undefined && max > before.max) return `has a maximum of ${shown(max)}, where its base has ${shown(before.max)}`
  const known = before.types?.map(({ code }) => code) ?? []
  const other = known.length === 0 || known.includes('Resource') || known.includes('*') ? undefined
    : types.find(({ code }) => !known.includes(code))
  return other && `is of the type ${other.code}, and of ${known.slice(0, 5).join(', ')}${known.length > 5 ? '…' : ''} by its base`
}
