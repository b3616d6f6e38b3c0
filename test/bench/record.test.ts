/** The people of the bench: the same on every run, each of their own, and such as a partner's system could send. */
import { chanceOf, idOf } from '../../bench/chance.ts'
import { neighbourhood } from '../../bench/neighbourhood.ts'
import { familyOfPerson, nhsNumber } from '../../bench/people.ts'
import { record, RESOURCES_A_PERSON } from '../../bench/record.ts'
import { PEOPLE_A_BUNDLE, peopleOf } from '../../bench/senders.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { checkDigit } from '../../src/fhir/nhs-number.ts'
import { createValidator } from '../../src/validation/engine.ts'

const PEOPLE = Array.from({ length: 200 }, (_, n) => n)

describe("the bench's records", () => {
  it('are the same whenever they are made, in whatever order', () => {
    const later = PEOPLE.toReversed().map(record).reverse()
    expect(later).toEqual(PEOPLE.map(record))
  })

  it('are twelve resources a person, with ids that are known beforehand and belong to nobody else', () => {
    const ids = PEOPLE.flatMap(record).map(({ id }) => id)
    expect(ids).toHaveLength(PEOPLE.length * RESOURCES_A_PERSON)
    expect(new Set(ids).size).toBe(ids.length)
    expect(record(7)[0]).toMatchObject({ id: idOf(7, 0), name: [{ family: familyOfPerson(7) }] })
  })

  it('meet UK Core', () => {
    const validator = createValidator(loadDefinitions())
    const errors = [...PEOPLE.flatMap(record), ...neighbourhood].flatMap(resource =>
      validator.validate(resource, { profiles: 'ukcore', unknownProfile: 'error' }).filter(({ severity }) => severity === 'error'))
    expect(errors).toEqual([])
  })

  it('open no referral: what is active is submitted apart', () => {
    const requests = PEOPLE.flatMap(record).filter(({ resourceType }) => resourceType === 'ServiceRequest')
    expect(requests).toHaveLength(PEOPLE.length)
    expect(requests.filter(({ status }) => status === 'active')).toEqual([])
  })

  it('give searches something to choose from: few share a surname, some a diagnosis', () => {
    const families = PEOPLE.map(familyOfPerson)
    const commonest = Math.max(...[...new Set(families)].map(family => families.filter(each => each === family).length))
    expect(new Set(families).size).toBeGreaterThan(40)
    expect(commonest).toBeGreaterThan(5)
    expect(commonest).toBeLessThan(PEOPLE.length / 4)
  })
})

describe("the bench's NHS numbers", () => {
  it('are valid, each once, and in no order', () => {
    const numbers = PEOPLE.map(nhsNumber)
    for (const number of numbers) expect(checkDigit(number.slice(0, 9))).toBe(Number(number[9]))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.toSorted()).not.toEqual(numbers)
  })
})

describe("the bench's chance", () => {
  it('is spread evenly, and its commoner choices come first', () => {
    const chance = chanceOf(1)
    const drawn = Array.from({ length: 4_000 }, () => chance.pickCommon(['first', 'second', 'third', 'fourth']))
    const share = (name: string): number => drawn.filter(each => each === name).length / drawn.length
    expect(share('first')).toBeCloseTo(0.5, 1)
    expect(share('fourth')).toBeCloseTo(0.13, 1)
  })
})

describe("the bench's senders", () => {
  it('hold every record once, a whole Bundle each, three from the GP to two from the team', () => {
    const [gp, team] = [peopleOf('gp', 1_000), peopleOf('team', 1_000)]
    expect([...gp, ...team].toSorted((one, other) => one - other)).toEqual(Array.from({ length: 1_000 }, (_, n) => n))
    expect([gp.length, team.length]).toEqual([600, 400])
    expect(gp.slice(0, PEOPLE_A_BUNDLE)).toEqual([0, 1, 2, 3])
  })
})
