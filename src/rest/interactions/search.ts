/** search of a type, of a compartment, of everything, by GET and POST: https://hl7.org/fhir/R4/http.html#search */
import { isLenient } from '../answers.ts'
import { PAGE_PARAMETER } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import { searchset } from '../searchset.ts'
import { shapeOf } from '../shape/shape.ts'
import { planSearch, type SearchArea } from './search-area.ts'

export const search = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, area: SearchArea,
): Promise<FhirAnswer> => {
  const { plan, self, ignored, result } = planSearch(parts, context.caller, area, request.query, {
    strict: !isLenient(request.headers['prefer']), base: request.base,
  })
  const body = await searchset(parts, context, {
    base: request.base, path: pathOf(area), self, plan, shape: shapeOf(result), notes: ignored,
    page: request.query.find(([name]) => name === PAGE_PARAMETER)?.[1],
  })
  return { status: 200, headers: {}, body }
}

/** The address of the same search by GET, which `_search` is not. */
const pathOf = (area: SearchArea): string => {
  switch (area.kind) {
    case 'system': return ''
    case 'type': return area.type
    case 'compartment': return `${area.compartment}/${area.id}/${area.type ?? '*'}`
  }
}
