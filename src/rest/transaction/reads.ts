/**
 * The reads of a transaction, looked at before anything is written: what could not be answered fails the whole
 * transaction, as R4 has it. They run when the writes are done and see them (https://hl7.org/fhir/R4/http.html#trules).
 */
import { permit } from '../../access/permissions.ts'
import { permitReach } from '../../access/reach.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { isId, refText, type ResourceRef } from '../../fhir/resource.ts'
import { isLenient } from '../answers.ts'
import { atEntry } from '../at-entry.ts'
import type { RestParts } from '../context.ts'
import { compartmentArea, planSearch, type SearchArea } from '../interactions/search-area.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirRequest } from '../request.ts'
import { shapeOf, showingAsked } from '../shape/shape.ts'
import type { Unit } from '../unit.ts'
import { isRead, type Entry } from './entries.ts'
import type { Identity } from './identities.ts'

export const requireReadable = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, unit: Unit,
  entries: readonly Entry[], identities: ReadonlyMap<number, Identity>,
): Promise<void> => {
  const deleted = new Set<string>()
  const written = new Set<string>()
  for (const { index, verb } of entries) {
    const identity = identities.get(index)
    for (const ref of identity?.refs ?? []) (verb === 'DELETE' ? deleted : written).add(refText(ref))
  }
  for (const entry of entries.filter(isRead)) {
    await atEntry(entry.index, async () => {
      const { definitions } = parts
      const reading = readingOf(definitions, entry)
      const query = [...new URLSearchParams(entry.query)]
      const asked = { query, headers: request.headers }
      switch (reading.kind) {
        case 'search': {
          const { plan, result } = planSearch(parts, context.caller, reading.area, query, {
            strict: !isLenient(request.headers['prefer']), base: request.base,
          })
          shapeOf(result)
          permitReach(context.caller, plan)
          break
        }
        case 'histories':
          showingAsked(definitions, reading.type === undefined ? definitions.resourceTypes : [reading.type], asked)
          return permit(context.caller, 'search', reading.type ?? '*')
        case 'resource': {
          const { ref } = reading
          showingAsked(definitions, [ref.type], asked)
          permit(context.caller, reading.isHistory ? 'history' : 'read', ref.type)
          if (written.has(refText(ref))) return
          const isThere = !deleted.has(refText(ref)) && await parts.repository.isVisible(context, ref) && await unit.read(ref) !== undefined
          if (!isThere) throw outcomes.notFound(refText(ref))
        }
      }
    })
  }
}

/** What a transaction reads: operations belong in a batch. */
type Reading =
  | { readonly kind: 'search'; readonly area: SearchArea }
  | { readonly kind: 'histories'; readonly type: string | undefined }
  | { readonly kind: 'resource'; readonly ref: ResourceRef; readonly isHistory: boolean }

const readingOf = (definitions: Definitions, { path, url, index, verb }: Entry): Reading => {
  const refuse = (): never => {
    throw outcomes.entry('entry-url', `a transaction reads Type/id, its history, or searches, found ${verb} "${url.slice(0, 80)}"`, `Bundle.entry[${index}].request.url`)
  }
  const [type, id, third, fourth, ...more] = verb === 'POST' ? path.slice(0, -1) : path
  if (type === undefined) return { kind: 'search', area: { kind: 'system' } }
  if (type === '_history' && id === undefined) return { kind: 'histories', type: undefined }
  if (!definitions.resourceTypes.has(type)) throw outcomes.unknownType(type, nearest(type, definitions.resourceTypes))
  if (id === undefined) return { kind: 'search', area: { kind: 'type', type } }
  if (id === '_history' && third === undefined) return { kind: 'histories', type }
  if (!isId(id) || more.length > 0) return refuse()
  const ref = { type, id }
  if (third === undefined) return verb === 'POST' ? { kind: 'search', area: compartmentArea(definitions, type, id, '*') } : { kind: 'resource', ref, isHistory: false }
  if (third === '_history' && /^\d{0,15}$/.test(fourth ?? '')) return { kind: 'resource', ref, isHistory: fourth === undefined }
  if (/^(?:\*|[A-Z]\w*)$/.test(third) && fourth === undefined) return { kind: 'search', area: compartmentArea(definitions, type, id, third) }
  return refuse()
}
