/**
 * Where in a resource a FHIRPath points, as numbers by which places are compared in the order of the document. Only the way
 * to each place is walked, so that a few issues of a large resource cost little, however deep it is.
 */

/** Rank at each step: index in an array, number of the name in an object. */
export type Position = readonly number[]

/** `Observation.value.ofType(Quantity).code` stands in JSON at `Observation.valueQuantity.code`. */
const choiceName = (path: string): string =>
  path.replace(/\.ofType\(([A-Za-z])([A-Za-z0-9]*)\)/g, (_, first: string, rest: string) => first.toUpperCase() + rest)

/** Names and indexes after the type; names that are none of FHIR's stand in backticks. */
const STEP = /\.(?:`([^`]*)`|([^.[\]]+))|\[(\d+)\]/g

/** Positions in a resource; what is missing stands at the element that lacks it. */
export const positionsIn = (resource: object): ((path: string) => Position) => {
  const ranks = new WeakMap<object, ReadonlyMap<string, number>>()
  const ranksOf = (object: object): ReadonlyMap<string, number> => {
    let known = ranks.get(object)
    if (known === undefined) ranks.set(object, known = new Map(Object.keys(object).map((name, i) => [name, i])))
    return known
  }
  return path => {
    const position: number[] = []
    let value: unknown = resource
    for (const [, quoted, plain, index] of choiceName(path).matchAll(STEP)) {
      if (typeof value !== 'object' || value === null) break
      if (index !== undefined) {
        if (!Array.isArray(value)) break
        position.push(Number(index))
        value = value[Number(index)]
        continue
      }
      const name = quoted ?? plain ?? ''
      const found = ranksOf(value).has(name) ? name : `_${name}`
      const rank = ranksOf(value).get(found)
      if (rank === undefined) break
      position.push(rank)
      value = (value as Readonly<Record<string, unknown>>)[found]
    }
    return position
  }
}

/** The outer before what is in it. */
export const comparePositions = (one: Position, other: Position): number => {
  for (let i = 0; i < one.length && i < other.length; i++) {
    if (one[i] !== other[i]) return one[i]! - other[i]!
  }
  return one.length - other.length
}
