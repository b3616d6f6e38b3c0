/** Where an element stands in a StructureDefinition resource. */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { elementIds } from '../../definitions/element.ts'

/** `differential.element[3]`: in the differential, else in the snapshot, else the whole of what there is. */
export const placeOf = (raw: RawStructure, id: string | undefined): string => {
  for (const part of ['differential', 'snapshot'] as const) {
    const index = id === undefined ? -1 : elementIds(raw[part]?.element ?? []).indexOf(id)
    if (index >= 0) return `${part}.element[${index}]`
  }
  return raw.differential === undefined ? 'snapshot' : 'differential'
}
