/** The parameters of `$find` as they are asked: codes that are known, a place, a time. What cannot be read is refused, saying what to send. */
import type { Caller } from '../../access/caller.ts'
import { dateRange } from '../../fhir/dates.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes, type FhirError } from '../../fhir/outcomes.ts'
import type { Coding } from '../../fhir/resource.ts'
import { isOnEarth, type Place as Position } from '../../search/positions.ts'
import type { OperationInput } from '../../rest/operation.ts'
import type { Asked, PackView } from './judging.ts'
import type { FoundPlace, GivenPlace } from './place.ts'

/** Nobody has been older than 122. */
const OLDEST = 130

export const readAsked = (
  input: OperationInput, { referrerKind }: Caller, now: number, packs: PackView, findPlace: (given: GivenPlace) => FoundPlace,
): Asked => ({
  need: needIn(input.one('need')),
  place: findPlace(placeIn(input)),
  practice: text(input, 'practice'),
  at: timeIn(input, now),
  age: ageIn(input),
  referrer: codeIn(input, 'referrer', packs.referrers) ?? referrerKind,
  setting: codeIn(input, 'setting', packs.settings),
  canTravel: input.one('canTravel') as boolean | undefined,
  frailty: input.one('frailty') as number | undefined,
})

/** A Coding, a CodeableConcept, or as in a search `system|code` or the code alone. */
const needIn = (value: unknown): Coding => {
  if (typeof value === 'string' && value !== '') {
    const bar = value.lastIndexOf('|')
    return bar < 0 ? { code: value } : { system: value.slice(0, bar), code: value.slice(bar + 1) }
  }
  const { coding, ...concept } = (typeof value === 'object' && value !== null ? value : {}) as { readonly coding?: unknown } & Coding
  const found = Array.isArray(coding) ? coding[0] as Coding | undefined : concept
  if (typeof found?.code === 'string' && found.code !== '') return found
  throw refused('need', 'need is a Coding, or system|code, such as fall-no-injury or http://snomed.info/sct|161898004')
}

const placeIn = (input: OperationInput): GivenPlace => {
  const [postcode, position, district] = [text(input, 'postcode'), text(input, 'position'), text(input, 'district')]
  return {
    ...(postcode === undefined ? {} : { postcode }), ...(district === undefined ? {} : { district }),
    ...(position === undefined ? {} : { position: positionIn(position) }),
  }
}

const POSITION = /^([+-]?\d{1,3}(?:\.\d{1,30})?)\|([+-]?\d{1,3}(?:\.\d{1,30})?)$/

const positionIn = (value: string): Position => {
  const [, latitude, longitude] = POSITION.exec(value) ?? []
  const position = { latitude: Number(latitude), longitude: Number(longitude) }
  if (isOnEarth(position)) return position
  throw refused('position', 'position is latitude|longitude in degrees, from -90|-180 to 90|180, such as 53.76|-2.70')
}

const timeIn = (input: OperationInput, now: number): number => {
  const at = text(input, 'at')
  if (at === undefined) return now
  const instant = at.includes('T') ? dateRange(at)?.low : undefined
  if (instant === undefined) throw refused('at', 'at is a date with a time and an offset, such as 2026-11-24T10:15:00Z')
  return instant
}

const ageIn = (input: OperationInput): number | undefined => {
  const age = input.one('age') as number | undefined
  if (age !== undefined && age > OLDEST) throw refused('age', `age is in whole years, at most ${OLDEST}`)
  return age
}

const codeIn = (input: OperationInput, name: string, known: ReadonlySet<string>): string | undefined => {
  const code = text(input, name)
  if (code === undefined || known.has(code)) return code
  const meant = nearest(code, [...known])
  throw refused(name, `"${code.slice(0, 60)}" is no ${name} that this hub knows${meant === undefined ? '.' : `; did you mean ${meant}?`} It knows: ${[...known].join(', ')}`)
}

const text = (input: OperationInput, name: string): string | undefined => {
  const value = input.one(name)
  return typeof value === 'string' ? value : undefined
}

const refused = (name: string, message: string): FhirError => outcomes.badRequest('find-parameter', message, `Parameters.parameter.where(name='${name}')`)
