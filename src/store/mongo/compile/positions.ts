/**
 * `near`: an index of the sphere leads to the places around one, then the straight line to each decides
 * (`search/positions.ts`), here and on the other store by the same numbers in the same order.
 * R4: https://hl7.org/fhir/R4/location.html#positional
 */
import type { Document } from 'mongodb'
import type { NearTest } from '../../../search/near.ts'
import { EARTH_RADIUS_METRES, pointOf, squareWithin } from '../../../search/positions.ts'

/** Circles that reach further are half the Earth: what leads to them leads to everything. */
const WIDE_METRES = 5_000_000
/** What leads to places may be a little too wide: 6 cm. */
const SLACK = 1e-8

/** `parameters`: `Location.near`, of each type searched. */
export const nearFilter = (parameters: readonly string[], test: NearTest): Document => {
  const circle = [[test.longitude, test.latitude], test.withinMetres / EARTH_RADIUS_METRES + SLACK]
  const around = test.withinMetres > WIDE_METRES ? {} : { at: { $geoWithin: { $centerSphere: circle } } }
  return { $and: [
    { positions: { $elemMatch: { p: { $in: parameters }, ...around } } },
    { $expr: { $lte: [squareOf(parameters, test), squareWithin(test.withinMetres)] } },
  ] }
}

/** Of the nearest of a document's places, as an expression. */
export const squareOf = (parameters: readonly string[], test: NearTest): Document => {
  const point = pointOf(test)
  const along = (axis: 'x' | 'y' | 'z'): Document => ({ $subtract: [`$$this.${axis}`, point[axis]] })
  const back = (axis: 'x' | 'y' | 'z'): Document => ({ $subtract: [point[axis], `$$this.${axis}`] })
  const squared = (axis: 'x' | 'y' | 'z'): Document => ({ $multiply: [along(axis), along(axis)] })
  return { $min: { $map: {
    input: { $filter: { input: '$positions', as: 'this', cond: { $in: ['$$this.p', parameters] } } },
    as: 'this',
    // Of three, MongoDB rounds the sum only once, and makes one sum of two; a difference stays what it is.
    in: { $subtract: [{ $add: [squared('x'), squared('y')] }, { $multiply: [along('z'), back('z')] }] },
  } } }
}
