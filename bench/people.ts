/** Invented people: names as common as names are, addresses of the county, NHS numbers that are valid and never issued. */
import { checkDigit } from '../src/fhir/nhs-number.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { chanceOf, type Chance } from './chance.ts'
import { practiceOf } from './neighbourhood.ts'

const FAMILIES = [
  'Smith', 'Jones', 'Taylor', 'Khan', 'Wilson', 'Patel', 'Brown', 'Walsh', 'Hughes', 'Ahmed', 'Robinson', 'Wright',
  'Ashworth', 'Singh', 'Entwistle', 'Hartley', 'Holden', 'Kowalski', 'Riley', 'Whittaker', 'Barnes', 'Begum', 'Haworth',
  'Duxbury', 'Pickup', 'Catterall', 'Aspinall', 'Rigby', 'Nowak', "O'Brien", 'Fairclough', 'Eccles', 'Livesey', 'Sharples',
  'Birtwistle', 'Kershaw', 'Osbaldeston', 'Ramsbottom', 'Szczepański', 'Müller',
] as const
/** Double names: with forty simple ones some sixteen hundred, most of them rare. */
const DOUBLE_NAMED = 0.3
const GIVEN = {
  female: [
    'Margaret', 'Jean', 'Patricia', 'Dorothy', 'Fatima', 'Edith',
    'Joan', 'Aisha', 'Sheila', 'Brenda', 'Zofia', 'Siân', 'Priya', 'Hilda',
  ],
  male: [
    'John', 'William', 'Mohammed', 'Peter', 'Arthur', 'Kenneth', 'Raymond',
    'Harold', 'Imran', 'Stanley', 'Tomasz', 'Seán', 'Ravi', 'Cyril',
  ],
} as const
const TOWNS = [
  ['Preston', 'PR1'], ['Preston', 'PR2'], ['Chorley', 'PR7'], ['Leyland', 'PR25'],
  ['Bamber Bridge', 'PR5'], ['Penwortham', 'PR1'], ['Longridge', 'PR3'], ['Adlington', 'PR6'],
] as const
const STREETS = [
  'Example Terrace', 'Mill Lane', 'Garden Street', 'Chapel Brow', 'Station Road', 'Orchard Close', 'Moss Side', 'Canal Walk',
] as const
const LETTERS = 'ABDEFGHJLNPQRSTUWXYZ'

/** Bijective below a million, so that numbers arrive in no order: 611,953 has no factor in common with it. */
const scattered = (n: number): number => (n * 611_953) % 1_000_000

/** The n-th invented NHS number, below a million; numbers from 99 on are not issued. One in eleven has no check digit. */
export const nhsNumber = (n: number): string => {
  for (let nine = 990_000_000 + scattered(n) * 10; ; nine += 1) {
    const check = checkDigit(String(nine))
    if (check !== undefined) return `${nine}${check}`
  }
}

/** Old people more often than young: most referrals to the community are theirs. */
const birthDate = (chance: Chance): string => {
  const year = 1926 + Math.floor(chance.next() ** 1.7 * 90)
  return `${year}-${String(1 + chance.below(12)).padStart(2, '0')}-${String(1 + chance.below(28)).padStart(2, '0')}`
}

export const familyOf = (chance: Chance): string => {
  const family = chance.pickCommon(FAMILIES)
  return chance.next() < DOUBLE_NAMED ? `${family}-${chance.pick(FAMILIES)}` : family
}

/** The surname that the n-th person has, for searches that find somebody. */
export const familyOfPerson = (n: number): string => familyOf(chanceOf(n))

/** The first draw is the surname: `familyOfPerson` counts on it. */
export const person = (n: number, id: string): Resource => {
  const chance = chanceOf(n)
  const family = familyOf(chance)
  const gender = chance.next() < 0.57 ? 'female' as const : 'male' as const
  const [city, district] = chance.pickCommon(TOWNS)
  return {
    resourceType: 'Patient', id, active: true,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber(n) }],
    name: [{ use: 'official', family, given: [chance.pickCommon(GIVEN[gender])] }],
    telecom: [{ system: 'phone', value: `01632 ${960_000 + chance.below(1_000)}`, use: 'home' }],
    gender, birthDate: birthDate(chance),
    address: [{
      use: 'home', line: [`${1 + chance.below(120)} ${chance.pick(STREETS)}`], city,
      postalCode: `${district} ${chance.below(10)}${chance.pick([...LETTERS])}${chance.pick([...LETTERS])}`,
    }],
    generalPractitioner: [{ reference: `Organization/${practiceOf(chance.below(1_000)).id}` }],
  }
}
