/**
 * What cannot be so, or is not to be read: always a proposal for a person, with the conflict named; never an exception,
 * never a silent default. In every locality, over resources as a partner might send them.
 */
import { hubCodeSystem, ODS_ORGANISATION_SYSTEM, type Resource } from '../../src/fhir/resource.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { propose } from '../../src/triage/propose.ts'
import type { Proposal } from '../../src/triage/proposal.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import { directory, localities, triage, usualIn } from './referral.ts'

const SNOMED = 'http://snomed.info/sct'
const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const observation = (code: object, rest: object): Resource =>
  ({ resourceType: 'Observation', id: 'more', status: 'final', code, effectiveDateTime: '2026-11-24T09:30:00Z', ...rest })

const said = (linkId: string, answer: object): Resource =>
  ({ resourceType: 'QuestionnaireResponse', id: 'said', status: 'completed', item: [{ linkId, answer: [answer] }] })

/** The usual referral of a locality, changed. */
const changed = (given: Given, change: (resources: Resource[]) => void): Proposal => {
  const { resources, aliases } = bundleContent(referralBundle('T', given, 'first', localities) as unknown as Resource)
  const all = [...resources]
  change(all)
  return propose(triage, { resources: all, aliases, directory, receivedAt: receivedAtOf(given.receivedAt) })
}

const of = (resources: readonly Resource[], type: string): Resource => {
  const found = resources.find(({ resourceType }) => resourceType === type)
  if (found === undefined) throw new Error(`no ${type}`)
  return found
}

type Case = readonly [what: string, fact: string, dispositions: string, change: (resources: Resource[]) => void]

const CASES: readonly Case[] = [
  ['two dates of birth', 'age', 'review', all => {
    of(all, 'Patient')['identifier'] = [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }]
    all.push({ ...of(all, 'Patient'), id: 'other', birthDate: '1950-01-01' })
  }],
  ['two dates of birth on either side of 18', 'age', 'moreinfo', all => {
    of(all, 'Patient')['identifier'] = [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }]
    all.push({ ...of(all, 'Patient'), id: 'other', birthDate: '2015-01-01' })
  }],
  ['two dates of birth of one name', 'age', 'review', all => { all.push({ ...of(all, 'Patient'), id: 'other', birthDate: '1950-01-01' }) }],
  ['a date of birth that is no day', 'age', 'moreinfo', all => { of(all, 'Patient')['birthDate'] = '1946-02-30' }],
  ['someone of 130', 'age', 'moreinfo', all => { of(all, 'Patient')['birthDate'] = '1896-03-01' }],
  ['someone not yet born', 'age', 'moreinfo', all => { of(all, 'Patient')['birthDate'] = '2031-03-01' }],
  ['a NEWS2 of 25', 'news2-total', 'review', all => {
    for (const each of all) if (each.resourceType === 'Observation') each['status'] = 'entered-in-error'
    all.push(observation(coded(SNOMED, '1104051000000101'), { valueInteger: 25 }))
  }],
  ['a sub-score of 7', 'observation', 'review', all => { all.push(observation(coded(SNOMED, '1104301000000104'), { valueInteger: 7 })) }],
  ['a systolic of 8000', 'observation', 'review', all => {
    all.push(observation(coded('http://loinc.org', '8480-6'), { valueQuantity: { value: 8000, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' } }))
  }],
  ['a pulse without a unit', 'observation', 'review', all => { all.push(observation(coded('http://loinc.org', '8867-4'), { valueQuantity: { value: 80 } })) }],
  ['an observation of tomorrow', 'clock', 'review', all => {
    all.push(observation(coded('http://loinc.org', '8867-4'), { effectiveDateTime: '2026-11-25T09:00:00Z', valueQuantity: { value: 80, code: '/min' } }))
  }],
  ['a referral written tomorrow', 'clock', 'review', all => { of(all, 'ServiceRequest')['authoredOn'] = '2026-11-25T10:15:00Z' }],
  ['a clock two days off', 'authored', 'review', all => { of(all, 'ServiceRequest')['authoredOn'] = '2026-11-22T10:15:00Z' }],
  ['a need that nobody knows beside one that is known', 'need', 'review', all => {
    of(all, 'ServiceRequest')['reasonCode'] = [coded(hubCodeSystem('need'), 'levitation'), coded(hubCodeSystem('need'), 'fall-no-injury')]
  }],
  ['a red flag that nobody knows', 'red-flag', 'review', all => {
    all.push({ resourceType: 'Flag', id: 'more', status: 'active', code: coded(hubCodeSystem('red-flag'), 'spontaneous-combustion') })
  }],
  ['a red flag that is answered with yes, and not which', 'red-flag', 'review', all => { all.push(said('red-flag', { valueBoolean: true })) }],
  ['a red flag in words', 'red-flag', 'review', all => { all.push(said('red-flag', { valueCoding: { display: 'A fit' } })) }],
  ['a NEWS2 in words', 'news2-total', 'review', all => { all.push(observation(coded(SNOMED, '1104051000000101'), { valueString: 'eight' })) }],
  ['a pulse as a bare number', 'observation', 'review', all => { all.push(observation(coded('http://loinc.org', '8867-4'), { valueInteger: 140 })) }],
  ['safe to wait, and answered with no', 'safe-to-wait', 'review', all => { all.push(said('safe-to-wait', { valueString: 'no' })) }],
  ['a clinical frailty score of 12', 'frailty', 'review', all => { all.push(observation(coded(SNOMED, '763264000'), { valueInteger: 12 })) }],
]

it('passes over entries of a Bundle that are none', () => {
  expect(bundleContent({ resourceType: 'Bundle', entry: [null, 'text', { fullUrl: 'urn:uuid:1' }, { resource: null }] })).toMatchObject({ resources: [] })
})

describe.each(localities.map(({ name }) => [name]))('%s', name => {
  it.each(CASES)('%s: a person is asked, and told why', (_what, fact, disposition, change) => {
    const proposal = changed(usualIn(name), change)
    expect(proposal.conflicts.map(each => each.fact)).toContain(fact)
    expect([proposal.disposition, proposal.flags.includes('facts-conflict')]).toEqual([disposition, true])
    for (const { text, from } of proposal.conflicts) expect([text.length > 10, from.length > 0]).toEqual([true, true])
  })

  it('is an offer where nothing of it is so', () => {
    expect(changed(usualIn(name), () => undefined)).toMatchObject({ disposition: 'offer', conflicts: [] })
  })

  it.each([
    ['a need that nobody knows', coded(hubCodeSystem('need'), 'levitation')],
    ['free text only', { text: 'Mum is not herself since Sunday' }],
  ])('%s: the need is asked for, and it is named what was not understood', (_what, reason) => {
    const proposal = changed(usualIn(name), all => { of(all, 'ServiceRequest')['reasonCode'] = [reason] })
    expect([proposal.disposition, proposal.flags]).toEqual(['moreinfo', ['missing-need']])
    expect(proposal.conflicts.map(each => each.fact)).toEqual(['need'])
  })

  it('asks where the person lives when the postcode does not exist, and says that it was none', () => {
    const proposal = changed(usualIn(name), all => {
      of(all, 'Patient')['address'] = [{ use: 'home', postalCode: 'ZZ99 9ZZ' }]
      of(all, 'Patient')['generalPractitioner'] = [{ identifier: { system: ODS_ORGANISATION_SYSTEM, value: 'XXXXXX' } }]
    })
    expect([proposal.disposition, proposal.flags]).toEqual(['moreinfo', ['missing-area']])
    expect(proposal.conflicts.map(each => each.fact)).toEqual(['unplaced'])
  })

  it('asks so too where the practice is known: nobody can be visited where there is no place', () => {
    const proposal = changed(usualIn(name), all => { of(all, 'Patient')['address'] = [{ use: 'home', postalCode: 'ZZ99 9ZZ' }] })
    expect([proposal.disposition, proposal.flags, proposal.missing.map(({ linkId }) => linkId).includes('residence')]).toEqual(['moreinfo', ['missing-area'], true])
  })

  it('asks which of two homes in two places is the one', () => {
    const proposal = changed(usualIn(name), all => {
      const patient = of(all, 'Patient')
      patient['address'] = [...patient['address'] as object[], { use: 'home', district: 'E09000001' }]
    })
    expect(proposal.conflicts.map(each => each.fact)).toEqual(['residence'])
    expect(['moreinfo', 'review']).toContain(proposal.disposition)
  })
})

it('takes a NEWS2 that cannot be for as urgent as any, with the advice to ring 999 if the person is that ill', () => {
  const proposal = changed(usualIn('central-lancashire'), all => { all.push(observation(coded(SNOMED, '1104051000000101'), { valueInteger: 25 })) })
  expect([proposal.priority, proposal.dueAt]).toEqual(['stat', receivedAtOf(usualIn('central-lancashire').receivedAt)])
  expect(proposal.emergencyAdvice).toContain('999')
})

it('reads a red flag that is sent as an Observation, unless it says that there is none', () => {
  const flags = (valueBoolean: boolean) =>
    changed(usualIn('central-lancashire'), all => { all.push(observation(coded(hubCodeSystem('red-flag'), 'seizure'), { valueBoolean })) }).flags
  expect([flags(true), flags(false)]).toEqual([['red-flag'], []])
})

it.each([
  ['an Observation', observation(coded(SNOMED, '1104051000000101'), { valueString: '8' })],
  ['an answer', said('news2-total', { valueString: '8' })],
])('reads a NEWS2 that is sent as text: %s', (_what, sent) => {
  expect(changed({ ...usualIn('central-lancashire'), news2: 'unknown' }, all => { all.push(sent) }).flags).toEqual(['news2-7'])
})

it('lets a red flag be an emergency, whatever else cannot be', () => {
  const proposal = changed({ ...usualIn('central-lancashire'), redFlags: ['seizure'] }, all => {
    all.push(observation(coded(SNOMED, '1104051000000101'), { valueInteger: 25 }))
  })
  expect([proposal.disposition, proposal.conflicts.length]).toEqual(['emergency', 1])
})
