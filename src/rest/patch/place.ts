/**
 * Changing what stands at a place: one value, or the items of a list, each with the shadow that holds a primitive's id
 * and extensions (`given` and `_given` keep step: https://hl7.org/fhir/R4/json.html#primitive).
 */
import { putMember } from '../../fhir/json.ts'
import type { Property } from '../../validation/types.ts'
import type { Fitted } from './content.ts'
import { openFields, type Element, type Fields, type Place } from './locate.ts'

/** Sets the one value of an element that does not repeat; whatever stood there, in another type too, is gone. */
export const putSingle = (parent: Element, { property, value, digits, shadow }: Fitted): void => {
  const fields = openFields(parent)
  for (const { json } of property.element.properties) clear(fields, json)
  if (value !== undefined) putMember(fields, property.json, value, digits)
  if (shadow !== undefined) fields[`_${property.json}`] = shadow
}

export interface Lists {
  readonly length: number
  insert(at: number, item: Pick<Fitted, 'value' | 'shadow'>): void
  remove(at: number): Pick<Fitted, 'value' | 'shadow'>
}

/** Changes a list and its shadow together; what is empty afterwards is not there. */
export const putLists = (parent: Element, property: Property, change: (lists: Lists) => void): void => {
  const fields = openFields(parent)
  const values = listOf(fields[property.json])
  const shadows = listOf(fields[`_${property.json}`])
  const length = Math.max(values.length, shadows.length)
  for (const list of [values, shadows]) while (list.length < length) list.push(null)
  change({
    get length() { return values.length },
    insert(at, { value, shadow }) {
      values.splice(at, 0, value ?? null)
      shadows.splice(at, 0, shadow ?? null)
    },
    remove(at) {
      const [value] = values.splice(at, 1)
      const [shadow] = shadows.splice(at, 1)
      return { value: value ?? undefined, shadow: shadow ?? undefined }
    },
  })
  keep(fields, property.json, values)
  keep(fields, `_${property.json}`, shadows)
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const keep = (fields: Fields, json: string, list: unknown[]): void => {
  if (list.every(item => item === null)) delete fields[json]
  else fields[json] = list
}

const clear = (fields: Fields, json: string): void => {
  delete fields[json]
  delete fields[`_${json}`]
}

/** Takes an element out, and what holds nothing without it: FHIR has no empty elements. */
export const removeAt = ({ parent, property, index }: Place): void => {
  const fields = openFields(parent)
  if (index === undefined) clear(fields, property.json)
  else putLists(parent, property, lists => { lists.remove(index) })
  if (parent.place !== undefined && Object.keys(fields).length === 0) removeIfEmpty(parent)
}

/** A primitive whose shadow is empty keeps its value. */
const removeIfEmpty = ({ value, place }: Element): void => {
  if (place === undefined) return
  if (typeof value === 'object' || value === undefined) return removeAt(place)
  const { parent, property, index } = place
  const fields = openFields(parent)
  if (index === undefined) delete fields[`_${property.json}`]
  else putLists(parent, property, lists => { lists.insert(index, { value: lists.remove(index).value, shadow: undefined }) })
}
