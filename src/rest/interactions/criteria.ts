/**
 * Conditions of writes, as text: `If-None-Exist`, `PUT [type]?criteria`, conditional references. What they match in the
 * sight of the caller is an expectation of the commit. https://hl7.org/fhir/R4/http.html#ccreate
 */
import type { Caller } from '../../access/caller.ts'
import { permit } from '../../access/permissions.ts'
import { permitReach } from '../../access/reach.ts'
import { visibilityOf } from '../../access/visibility.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { parseSearch } from '../../search/parse.ts'
import type { Condition } from '../../search/plan.ts'
import type { RestParts } from '../context.ts'
import type { Unit } from '../unit.ts'

/**
 * The condition of `If-None-Exist` and of conditional references; unknown parameters are refused, so that none widens it.
 * Its answer tells what is there, so it needs what a search needs. Without a criterion it would match whatever there is.
 */
const criteria = async (parts: RestParts, caller: Caller, type: string, query: string, base: string): Promise<Condition> => {
  permit(caller, 'search', type)
  const pairs = [...new URLSearchParams(query)]
  const shaping = pairs.find(([name]) => SHAPING.test(name))?.[0]
  if (shaping !== undefined) throw outcomes.badParameter(shaping, `a condition says what to look for; leave ${shaping} out`)
  const { plan } = parseSearch(parts.definitions, [type], pairs, { now: parts.clock.now(), strict: true, base })
  if (plan.where.kind === 'all-of' && plan.where.of.length === 0) throw outcomes.multipleMatches(`${type}?${query}`)
  permitReach(caller, plan)
  await parts.unindexed.requireIndexed(plan)
  return plan.where
}

/** Parameters about the answer of a search, which a condition does not have. */
const SHAPING = /^_(?:count|sort|total|summary|elements|include|revinclude|page|format|pretty)(?::|$)/

/** `?identifier=…`, `Patient?identifier=…` and `identifier=…` say the same. */
const queryOf = (type: string, text: string): string => {
  const mark = text.indexOf('?')
  return mark >= 0 && ['', type].includes(text.slice(0, mark).trim()) ? text.slice(mark + 1) : text
}

/** What of a type matches the criteria and may be seen by the caller; 412 when that is more than a unit decides on. */
export const findAll = async (parts: RestParts, unit: Unit, type: string, text: string, base: string): Promise<readonly Resource[]> =>
  unit.find(type, await criteria(parts, unit.caller, type, queryOf(type, text), base), visibilityOf(unit.caller))

/** As `findAll`; more than one is refused with 412. */
export const findOne = async (parts: RestParts, unit: Unit, type: string, text: string, base: string): Promise<Resource | undefined> => {
  const matches = await findAll(parts, unit, type, text, base)
  if (matches.length > 1) throw outcomes.multipleMatches(`${type}?${queryOf(type, text)}`)
  return matches[0]
}
