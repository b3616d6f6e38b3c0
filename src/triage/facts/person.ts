/**
 * Who the person is and where they live: age (as a range, where only a year is known), residence, GP practice.
 * Where they live is given as postcodes and district codes; what lies where is for the locality's coverage to say.
 */
import type { Address, Location, Patient } from 'fhir/r4.js'
import { hubProfile, ODS_ORGANISATION_SYSTEM } from '../../fhir/resource.ts'
import { dayNumber, dayText, londonTime } from '../../directory/london.ts'
import type { Fact, Known } from '../facts.ts'
import { codings, extensionOf, list } from './elements.ts'
import type { Referral } from './resources.ts'
import { answer } from './statements.ts'

/** Whole years at receipt, both ends included. */
export interface AgeRange {
  readonly low: number
  readonly high: number
}

/** Where the person is staying, in the order in which it is to be believed. */
export type ResidenceFact = readonly Whereabouts[]

export interface Whereabouts {
  readonly postcode?: string
  readonly district?: string
  readonly from: string
  /** The place of the incident says where the person lives only when nothing else does, and contradicts nothing. */
  readonly isIncident?: true
}

/** ODS code of the practice, or the postcode of an Organization that has none. */
export interface PracticeFact {
  readonly ods: readonly string[]
  readonly postcode?: string
}

const GSS_CODE = /^[EWSN]\d{8}$/

/** A date of birth counts before an estimate. Ages that cannot all be so leave a range from the lowest to the highest. */
export const ageFact = (referral: Referral, receivedAt: number): Fact<AgeRange> => {
  const born = patientsOf(referral).flatMap(patient => {
    if (typeof patient.birthDate !== 'string') return []
    const value = agesFrom(patient.birthDate, receivedAt)
    const from = referral.name(patient, 'birthDate')
    if (value === undefined) referral.conflict({ fact: 'age', text: 'the date of birth is not one that someone alive can have', from: [from] })
    return value === undefined ? [] : [{ value, from, date: patient.birthDate }]
  })
  const estimated = estimates(referral, receivedAt)
  const [first] = born
  const others = first === undefined ? estimated.filter(({ value }) => !within(value, estimated[0]?.value, ESTIMATE))
    : [...born.filter(({ date }) => !date.startsWith(first.date) && !first.date.startsWith(date)), ...estimated.filter(({ value }) => !within(value, first.value, ESTIMATE))]
  const best = first ?? estimated[0]
  if (best === undefined) return undefined
  const { value, from } = best
  if (others.length === 0) return { value: born.reduce(({ value: one }, { value: other }) => ({ value: narrower(one, other) }), { value }).value, from }
  const all = [best, ...others]
  referral.conflict({
    fact: 'age', from: all.map(each => each.from),
    text: all.every(each => 'date' in each) ? 'two dates of birth are stated' : 'the ages stated are more than ten years apart',
  })
  return { value: { low: Math.min(...all.map(each => each.value.low)), high: Math.max(...all.map(each => each.value.high)) }, from }
}

/** The person, and whoever else in the Bundle has the same number or name, or is one of those that the request may mean. */
const patientsOf = (referral: Referral): readonly Patient[] => {
  const { patient, request } = referral
  const all = referral.all('Patient')
  if (patient === undefined || all.length < 2) return patient === undefined ? [] : [patient]
  const isNamed = referral.follow(request?.subject, 'Patient', request) !== undefined
  const own = new Set(keysOf(patient))
  return [patient, ...all.filter(other => other !== patient && (!isNamed || keysOf(other).some(key => own.has(key))))]
}

const keysOf = ({ identifier, name }: Patient): readonly string[] => [
  ...list(identifier).map(({ system, value }) => `${system}|${value}`),
  ...list(name).flatMap(({ family, given }) => (typeof family !== 'string' ? [] : [`${family} ${list(given)[0]}`.toLowerCase()])),
]

/** Years by which an estimate may be off and still mean the same person. */
const ESTIMATE = 10

const estimates = (referral: Referral, receivedAt: number): readonly Known<AgeRange>[] => {
  const { patient } = referral
  const estimate = extensionOf(patient, hubProfile('estimated-age'))
  const years = estimate?.valueUnsignedInt ?? estimate?.valueInteger ?? (estimate?.valueAge?.code === 'a' ? estimate.valueAge.value : undefined)
  const said = answer(referral, 'age')
  // The question takes a date or a year of birth as well.
  const ages = said === undefined ? undefined : typeof said.value === 'number' ? { low: said.value, high: said.value } : agesFrom(String(said.value), receivedAt)
  return [
    ...(patient === undefined || typeof years !== 'number' ? []
      : [{ value: { low: Math.floor(years), high: Math.floor(years) }, from: referral.name(patient, 'extension(estimated-age)') }]),
    ...(said === undefined ? [] : [{ value: ages ?? { low: NaN, high: NaN }, from: said.from }]),
  ].filter(({ value, from }) => {
    const can = isAge(value.low)
    if (!can) referral.conflict({ fact: 'age', text: 'the age is not one that someone alive can have', from: [from] })
    return can
  })
}

const within = (one: AgeRange, other: AgeRange | undefined, years: number): boolean =>
  other === undefined || (one.low - other.high <= years && other.low - one.high <= years)

const narrower = (one: AgeRange, other: AgeRange): AgeRange => (other.high - other.low < one.high - one.low ? other : one)

// The oldest person on record reached 122; beyond that a date of birth is a slip of the pen, not an age.
const isAge = (years: number): boolean => years >= 0 && years <= 122

/** `1942`, `1942-03`, `1942-03-09`: everyone born then is of one of these ages at receipt. A future date is no age. */
const agesFrom = (birthDate: string, receivedAt: number): AgeRange | undefined => {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(birthDate)
  if (match === null) return undefined
  const [, year = '', month, day] = match
  const today = dayText(londonTime(receivedAt).day)
  const first = `${year}-${month ?? '01'}-${day ?? '01'}`
  if (dayNumber(first) === undefined) return undefined
  const last = `${year}-${month ?? '12'}-${day ?? '31'}`
  const high = yearsBetween(first, today)
  const low = Math.max(0, yearsBetween(last, today))
  // Of a year that could be somebody's, only its younger end is.
  return !isAge(low) || high < 0 ? undefined : { low, high }
}

/** Born on 29 February, one is a year older on 1 March of a common year. */
const yearsBetween = (born: string, today: string): number =>
  Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5) < born.slice(5) ? 1 : 0)

/** A temporary address is where the person is, and home then says nothing; else home; then the place of the incident. */
export const residenceFact = (referral: Referral, receivedAt: number): Fact<ResidenceFact> => {
  const { patient, request } = referral
  const today = dayText(londonTime(receivedAt).day)
  const current = list(patient?.address)
    .map((address, index) => ({ address, index }))
    .filter(({ address }) => !['old', 'billing', 'work'].includes(address.use ?? 'home') && isCurrent(address, today))
  const temporary = current.filter(({ address }) => address.use === 'temp')
  const addresses = (temporary.length > 0 ? temporary : current)
    .flatMap(({ address, index }) => patient === undefined ? [] : places(address, referral.name(patient, `address[${index}]`)))
  const incident = list(request?.locationReference)
    .map(reference => referral.follow(reference, 'Location', request))
    .filter(location => location !== undefined)
    .flatMap(location => location.address === undefined ? [] : places(location.address, referral.name(location, 'address')))
  const said = answer(referral, 'residence')
  const answered = typeof said?.value === 'string' ? inWords(said.value, said.from) : []
  const scene = (incident.length > 0 ? incident : incidentLocations(referral)).map(place => ({ ...place, isIncident: true as const }))
  const all = [...addresses, ...scene, ...answered]
  return all[0] === undefined ? undefined : { value: all, from: all[0].from }
}

const incidentLocations = (referral: Referral): ResidenceFact =>
  referral.all('Location')
    .filter(isIncident)
    .flatMap(location => location.address === undefined ? [] : places(location.address, referral.name(location, 'address')))

/** BaRS `location-types-bars` ILOC, incident location. */
const isIncident = (location: Location): boolean =>
  list(location.type).some(type => codings(type).some(({ code }) => code === 'ILOC'))

const isCurrent = ({ period }: Address, today: string): boolean =>
  (period?.end === undefined || period.end.slice(0, 10) >= today.slice(0, period.end.length)) &&
  (period?.start === undefined || period.start.slice(0, 10) <= today.slice(0, 10))

const places = (address: Address | null, name: string): ResidenceFact => address === null ? [] : [
  ...(typeof address.postalCode !== 'string' ? [] : [{ postcode: address.postalCode, from: `${name}.postalCode` }]),
  ...(typeof address.district === 'string' && GSS_CODE.test(address.district) ? [{ district: address.district, from: `${name}.district` }] : []),
]

/** As the question asks: a postcode, the code or the name of a district, or a postcode and a district. */
const inWords = (text: string, from: string): ResidenceFact => {
  const postcode = /\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b/i.exec(text)?.[0]
  const district = text.replace(postcode ?? '', '').replaceAll(/^[\s,;]+|[\s,;.]+$/g, '')
  return [...(postcode === undefined ? [] : [{ postcode, from }]), ...(district === '' ? [] : [{ district, from }])]
}

export const practiceFact = (referral: Referral): Fact<PracticeFact> => {
  const { patient } = referral
  for (const [index, reference] of list(patient?.generalPractitioner).entries()) {
    const role = referral.follow(reference, 'PractitionerRole', patient)
    const organization = referral.follow(reference, 'Organization', patient)
      ?? referral.follow(role?.organization, 'Organization', role)
    const identifiers = [reference.identifier, role?.organization?.identifier, ...list(organization?.identifier)]
    const ods = identifiers.flatMap(identifier => typeof identifier?.value === 'string' && isOds(identifier.system) ? [identifier.value] : [])
    const postcode = list(organization?.address).find(({ postalCode }) => typeof postalCode === 'string')?.postalCode
    if (patient === undefined || (ods.length === 0 && postcode === undefined)) continue
    return { value: { ods, ...(postcode === undefined ? {} : { postcode }) }, from: referral.name(patient, `generalPractitioner[${index}]`) }
  }
  const said = answer(referral, 'practice')
  return typeof said?.value === 'string' ? { value: { ods: [said.value] }, from: said.from } : undefined
}

/** Senders write the national system with `http`, or with `id` for `Id`. */
export const isOds = (system: string | undefined): boolean =>
  String(system).replace(/^http:/, 'https:').toLowerCase() === ODS_ORGANISATION_SYSTEM.toLowerCase()
