/** How far each match of a search is from the place that it asks for what is near, by stages behind those that find it. */
import type { Document } from 'mongodb'
import type { Near } from '../../../search/near.ts'
import { RESOURCES } from '../documents.ts'
import type { Compiling } from './compiling.ts'
import { squareOf } from './positions.ts'
import { select, stagesOf } from './stages.ts'

/** The stages that set `field` to the square of how far each match is. */
export const measuring = async (compiling: Compiling, types: readonly string[], near: Near, field: string): Promise<readonly Document[]> => {
  switch (near.kind) {
    case 'match': return [{ $set: { [field]: squareOf(types.map(type => `${type}.${near.param}`), near.test) } }]
    case 'any-of': {
      const fields = near.of.map((_, index) => `${field}${index}`)
      const each = await Promise.all(near.of.map((one, index) => measuring(compiling, types, one, fields[index]!)))
      return [...each.flat(), { $set: { [field]: { $min: fields.map(one => `$${one}`) } } }]
    }
    case 'chain': {
      const targets = stagesOf(await select(compiling, near.types, near.where))
      const measured = await measuring(compiling, near.types, near.where, field)
      return [
        { $lookup: {
          from: RESOURCES, localField: `references.${near.param}`, foreignField: '_id',
          pipeline: [...targets, ...measured, { $project: { _id: 0, [field]: 1 } }], as: field,
        } },
        { $set: { [field]: { $min: `$${field}.${field}` } } },
      ]
    }
  }
}
