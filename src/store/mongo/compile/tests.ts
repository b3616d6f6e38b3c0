/**
 * A test of one parameter as a filter of resource documents: what `search/compare.ts` defines, in MongoDB's terms.
 *
 * Equality is a key of `keys`, which is indexed; what a key does not tell (a token's system) is compared in the document.
 */
import type { Document, Filter } from 'mongodb'
import { uriAncestors } from '../../../search/compare.ts'
import { LAST_CHARACTER, fold } from '../../../search/fold.ts'
import type { Prefix, StringTest, Test } from '../../../search/plan.ts'
import { codedIn, codedOf, escaped, keyOf, type ResourceDocument } from '../documents.ts'
import { nearFilter } from './positions.ts'

export type ResourceFilter = Filter<ResourceDocument>

export const ALWAYS: ResourceFilter = {}
export const NEVER: ResourceFilter = { _id: { $in: [] } }

const one = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : { $in: values })

const anyOf = (filters: readonly ResourceFilter[]): ResourceFilter => (filters.length === 1 ? filters[0]! : { $or: [...filters] })

/** An element of an array field for which all of it holds. */
const some = (field: keyof ResourceDocument, element: Document): ResourceFilter => ({ [field]: { $elemMatch: element } })

/** `parameters`: `Task.status` for each type searched. */
export const testFilter = (parameters: readonly string[], test: Test): ResourceFilter => {
  const keys = (values: readonly string[], of = ''): ResourceFilter =>
    ({ keys: one(parameters.flatMap(parameter => values.map(value => keyOf(parameter + of, value)))) } as ResourceFilter)
  const coded = (system: string | undefined, code: string | undefined, of = ''): ResourceFilter => {
    if (code === undefined) return anyOf(parameters.map(parameter => ({ coded: { $elemMatch: beginning(codedIn(parameter + of, system)) } })))
    if (system === undefined) return keys([code], of)
    return { $and: [keys([code], of), { coded: one(parameters.map(parameter => codedOf(parameter + of, code, system))) } as ResourceFilter] }
  }
  const p = one(parameters)
  switch (test.kind) {
    case 'token': return coded(test.system, test.code)
    case 'token-in': return test.codes.length === 0 ? NEVER : {
      $and: [
        keys([...new Set(test.codes.map(({ code }) => code))]),
        { coded: { $in: parameters.flatMap(parameter => test.codes.map(({ system, code }) => codedOf(parameter, code, system))) } },
      ],
    }
    case 'reference-identifier': return coded(test.system, test.code, ':identifier')
    case 'text': return some('strings', { p: one(parameters.map(parameter => `${parameter}:text`)), folded: beginning(test.folded) })
    case 'string': return some('strings', { p, ...stringTest(test, 'folded', 'exact') })
    case 'date': case 'number': case 'quantity': return some('ranges', { p, ...rangeTest(test, '') })
    case 'reference': {
      const version = test.version === undefined ? '' : `/_history/${test.version}`
      if (test.types.length > 0) return keys(test.types.map(type => `${type}/${test.id}${version}`))
      return { keys: { $in: parameters.map(parameter => new RegExp(`^${escaped(keyOf(parameter, ''))}[A-Za-z]+/${escaped(test.id + version)}$`)) } }
    }
    case 'url': return keys([test.url])
    case 'uri': return uriFilter(parameters, test)
    case 'composite': return some('composites', { p, $and: test.parts.map((part, index) => partTest(part, `parts.${index}.`)) })
    case 'near': return nearFilter(parameters, test)
    case 'words': return { words: { $all: test.words.flatMap(word => parameters.map(parameter => keyOf(codeOf(parameter), word))) } }
  }
}

const codeOf = (parameter: string): string => parameter.slice(parameter.indexOf('.') + 1)

const beginning = (text: string): Document => ({ $gte: text, $lt: text + LAST_CHARACTER })

const stringTest = (test: StringTest, folded: string, exact: string): Document => {
  switch (test.match) {
    case 'starts': return { [folded]: beginning(test.folded) }
    case 'equals': return { [folded]: test.folded }
    case 'contains': return { [folded]: new RegExp(escaped(test.folded)) }
    case 'ends': return { [folded]: new RegExp(`${escaped(test.folded)}$`) }
    case 'exact': return { [folded]: fold(test.exact), [exact]: test.exact }
  }
}

/** The first of a document's texts under the parameter that meets a test of the beginning or the whole of it, as an expression. */
export const firstText = (parameter: string, test: StringTest): Document => {
  const { $gte, $lt } = beginning(test.match === 'exact' ? fold(test.exact) : test.folded) as { $gte: string; $lt: string }
  const compares: readonly Document[] = test.match === 'starts'
    ? [{ $gte: ['$$this.folded', { $literal: $gte }] }, { $lt: ['$$this.folded', { $literal: $lt }] }]
    : [{ $eq: ['$$this.folded', { $literal: $gte }] }]
  return { $min: { $map: {
    input: { $filter: { input: '$strings', as: 'this', cond: { $and: [{ $eq: ['$$this.p', { $literal: parameter }] }, ...compares] } } },
    in: '$$this.folded',
  } } }
}

const uriFilter = (parameters: readonly string[], { match, uri }: Extract<Test, { kind: 'uri' }>): ResourceFilter => {
  const of = (values: readonly string[]): string[] => parameters.flatMap(parameter => values.map(value => keyOf(parameter, value)))
  switch (match) {
    case 'exact': return { keys: { $in: of([uri]) } }
    case 'above': return { keys: { $in: of([...uriAncestors(uri)]) } }
    case 'below': {
      const root = uri.endsWith('/') ? uri : `${uri}/`
      return { $or: [{ keys: { $in: of([uri]) } }, ...of([root]).map(key => ({ keys: { $elemMatch: beginning(key) } }))] }
    }
  }
}

/** `at`: where low, high, value, system and code stand, as a prefix of their names. */
const rangeTest = (test: Extract<Test, { kind: 'date' | 'number' | 'quantity' }>, at: string): Document => {
  const [low, high] = [`${at}low`, `${at}high`]
  switch (test.kind) {
    case 'date': return dateTest(test.prefix, test.low, test.high, low, high)
    // A parameter has entries of one kind, but a date's have no value: a number is not compared with a time.
    case 'number': return numberTest(test.prefix, test, low, high)
    case 'quantity': return {
      ...numberTest(test.prefix, test, low, high),
      ...(test.system === undefined ? {} : { [`${at}system`]: test.system }),
      ...(test.code === undefined ? {} : { [`${at}code`]: test.code }),
    }
  }
}

const dateTest = (prefix: Prefix, from: number, until: number, low: string, high: string): Document => {
  const within = { [low]: { $gte: from }, [high]: { $lte: until } }
  switch (prefix) {
    case 'eq': return { [low]: { $gte: from, $lt: Infinity }, [high]: { $gte: from, $lte: until } }
    case 'ne': return { $or: [{ [low]: { $lt: from } }, { [high]: { $gt: until } }] }
    case 'gt': return { [high]: { $gt: until } }
    case 'lt': return { [low]: { $lt: from } }
    case 'ge': return { [high]: { $gte: from }, $or: [{ [high]: { $gt: until } }, within] }
    case 'le': return { [low]: { $lte: until }, $or: [{ [low]: { $lt: from } }, within] }
    case 'sa': return { [low]: { $gte: until }, [high]: { $gte: until } }
    case 'eb': return { [high]: { $lte: from } }
    case 'ap': return { [low]: { $lt: until }, [high]: { $gt: from } }
  }
}

const numberTest = (
  prefix: Prefix, { low: from, high: until, value }: { readonly low: number; readonly high: number; readonly value: number }, low: string, high: string,
): Document => {
  switch (prefix) {
    case 'eq': return { [low]: { $gte: from }, [high]: { $gte: from, $lt: until } }
    case 'ne': return { $or: [{ [low]: { $lt: from } }, { [high]: { $gte: until } }] }
    case 'gt': return { [high]: { $gt: value } }
    case 'ge': return { [high]: { $gte: value } }
    case 'lt': return { [low]: { $lt: value } }
    case 'le': return { [low]: { $lte: value } }
    case 'sa': return { [low]: { $gt: value }, [high]: { $gte: value } }
    case 'eb': return { [high]: { $lt: value } }
    case 'ap': return { [low]: { $lte: until }, [high]: { $gte: from } }
  }
}

const IMPOSSIBLE: Document = { p: { $in: [] } }

/** A part of a composite, an entry of its own kind below `at`. */
const partTest = (test: Test, at: string): Document => {
  const kind = { [`${at}kind`]: test.kind === 'token-in' ? 'token' : test.kind }
  switch (test.kind) {
    case 'token': return {
      ...kind, ...(test.system === undefined ? {} : { [`${at}system`]: test.system }), ...(test.code === undefined ? {} : { [`${at}code`]: test.code }),
    }
    case 'token-in':
      return test.codes.length === 0 ? IMPOSSIBLE : { ...kind, $or: test.codes.map(({ system, code }) => ({ [`${at}system`]: system, [`${at}code`]: code })) }
    case 'string': return { ...kind, ...stringTest(test, `${at}folded`, `${at}exact`) }
    case 'reference': return {
      ...kind, [`${at}id`]: test.id, ...(test.types.length === 0 ? {} : { [`${at}type`]: { $in: test.types } }),
      ...(test.version === undefined ? {} : { [`${at}version`]: test.version }),
    }
    case 'uri': return test.match === 'exact' ? { ...kind, [`${at}uri`]: test.uri } : IMPOSSIBLE
    case 'url': return { ...kind, [`${at}url`]: test.url }
    case 'date': case 'number': case 'quantity': return { ...kind, ...rangeTest(test, at) }
    // R4 gives composites no part of these kinds, and a composite no composite.
    case 'text': case 'reference-identifier': case 'composite': case 'near': case 'words': return IMPOSSIBLE
  }
}
