/** References in queries: id, type/id, url, version, identifier. R4: https://hl7.org/fhir/R4/search.html#reference */
import { withArticle } from '../../fhir/article.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { parseReference } from '../../fhir/reference.ts'
import { isId } from '../../fhir/resource.ts'
import { targetsOf, valueTypes } from '../parameters.ts'
import type { Test } from '../plan.ts'
import type { Asked } from './context.ts'
import { requireType } from './resource-type.ts'
import { textOf } from './string.ts'
import { codeTest } from './token.ts'

/** Several when a text can mean a resource's id or address as well as a canonical. */
export const referenceTests = (asked: Asked, part: string): readonly Test[] => {
  if (asked.modifier === 'identifier') {
    const { system, code } = codeTest(asked, part)
    return [{ kind: 'reference-identifier', system, code }]
  }
  const text = textOf(asked, part)
  const named = asked.modifier === 'not' ? undefined : asked.modifier
  const parsed = parseReference(text, asked.context.bases)
  switch (parsed.kind) {
    case 'local': {
      requireAsked(asked, parsed.type, named)
      const version = parsed.version === undefined ? {} : { version: parsed.version }
      return [{ kind: 'reference', types: [parsed.type], id: parsed.id, ...version }, ...asCanonical(asked, text)]
    }
    case 'url':
    case 'uuid': return [{ kind: 'url', url: text }]
    case 'malformed': {
      if (!isId(text)) throw bad(asked)
      const byId: Test = { kind: 'reference', types: named === undefined ? targetsOf(asked.parameter) ?? [] : [named], id: text }
      return [byId, ...asCanonical(asked, text)]
    }
    case 'contained':
    case 'conditional': throw bad(asked)
  }
}

/** Canonicals stay as they were sent, addresses of this hub among them, under whichever of its names. */
const asCanonical = ({ context, type, parameter }: Asked, text: string): readonly Test[] => {
  const types = valueTypes(context.definitions, type, parameter)
  return types.has('uri') || types.has('canonical') ? [{ kind: 'url', url: text }] : []
}

const requireAsked = (asked: Asked, type: string, named: string | undefined): void => {
  requireType(asked.context.definitions, asked.key, type)
  if (named !== undefined && named !== type) {
    throw outcomes.badParameter(asked.key, `${asked.key} asks for ${withArticle(named)}, but the value names ${withArticle(type)}; send one type`)
  }
}

const bad = (asked: Asked) => outcomes.badParameter(asked.key,
  `${asked.key} takes an id, Type/id, Type/id/_history/version or an absolute URL; `
  + `to search by what the target says, chain: ${asked.parameter.code}.name=value`)
