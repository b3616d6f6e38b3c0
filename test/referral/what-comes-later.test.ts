/** What comes after a referral was sent: the answer to what was missing, by a form; new observations; earlier care. */
import type { Bundle, FhirResource, GuidanceResponse, Parameters, ParametersParameter, Patient, Questionnaire, ServiceRequest } from 'fhir/r4.js'
import { fallInPreston, openStory, referralIn, stateOf, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const all = (answer: Parameters | undefined, name: string): readonly ParametersParameter[] => (answer?.parameter ?? []).filter(each => each.name === name)
const codeOf = (answer: Parameters | undefined, name: string): string | undefined => all(answer, name)[0]?.valueCode
const flagsOf = (answer: Parameters | undefined): readonly (string | undefined)[] => all(answer, 'flag').map(({ valueCoding }) => valueCoding?.code)
const post = async (resource: object, client: 'gp' | 'team' = 'gp') =>
  (await story.hub.as(client)).post(`/fhir/${(resource as { resourceType: string }).resourceType}`).send(JSON.stringify(resource))

/** Proposals kept for a referral, the newest first. */
const proposals = async (id: string): Promise<readonly Parameters[]> => {
  const request = (await story.get(story.desk, `ServiceRequest/${id}`)).body as ServiceRequest
  const { body } = await story.get(story.desk, `GuidanceResponse?subject=${request.subject.reference}&_count=50`)
  return ((body as Bundle).entry ?? []).map(({ resource }) => resource as GuidanceResponse)
    .toSorted((a, b) => String(b.meta?.lastUpdated).localeCompare(String(a.meta?.lastUpdated), 'en'))
    .map(({ contained }) => contained?.[0] as Parameters)
}

const without = (bundle: Bundle<FhirResource>, change: (resource: FhirResource) => void): Bundle<FhirResource> => {
  for (const { resource } of bundle.entry ?? []) if (resource !== undefined) change(resource)
  return bundle
}

describe('what is missing', () => {
  const someoneWithoutAge = (): Bundle<FhirResource> => without(fallInPreston(), resource => {
    if (resource.resourceType === 'Patient') delete resource.birthDate
  })

  it('is asked by a Questionnaire of just that, in the words of the sender, with the published one named', async () => {
    const id = referralIn(await story.submit(someoneWithoutAge()))
    const [proposal] = await proposals(id)
    const form = all(proposal, 'questionnaire')[0]?.resource as Questionnaire
    expect(codeOf(proposal, 'disposition')).toBe('moreinfo')
    expect(form.item?.map(({ linkId, type }) => [linkId, type])).toEqual([['age', 'integer']])
    expect(form.item?.[0]?.text).toContain('How old')
    expect(form.derivedFrom).toEqual(['https://care-connexions.example/fhir/Questionnaire/referral'])
  })

  it('once answered on the referral is triaged again in the same commit, and the question to the sender is answered', async () => {
    const id = referralIn(await story.submit(someoneWithoutAge()))
    const asked = await story.step(story.clinician, await story.task(story.desk, id, 'triage'), 'request-info')
    expect(asked.status).toBe(200)
    const answer = await post({
      resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: 'https://care-connexions.example/fhir/Questionnaire/referral',
      basedOn: [{ reference: `ServiceRequest/${id}` }], item: [{ linkId: 'age', answer: [{ valueInteger: 84 }] }],
    })
    expect(answer.status).toBe(201)
    const [newest, oldest, ...others] = await proposals(id)
    expect([codeOf(newest, 'disposition'), codeOf(oldest, 'disposition'), others.length]).toEqual(['offer', 'moreinfo', 0])
    expect(stateOf(await story.task(story.desk, id, 'triage'))).toBe('in-progress/triage-proposed')
    const question = await story.task(story.desk, id, 'request-info')
    expect([stateOf(question), question.output?.[0]?.valueReference?.reference])
      .toEqual(['completed/info-answered', `QuestionnaireResponse/${(answer.body as { id: string }).id}`])
  })

  it('stays asked while something else is missing', async () => {
    const id = referralIn(await story.submit(without(someoneWithoutAge(), resource => {
      if (resource.resourceType === 'Patient') delete resource.address
    })))
    await story.step(story.clinician, await story.task(story.desk, id, 'triage'), 'request-info')
    await post({
      resourceType: 'QuestionnaireResponse', status: 'completed', basedOn: [{ reference: `ServiceRequest/${id}` }],
      item: [{ linkId: 'age', answer: [{ valueInteger: 84 }] }],
    })
    const [newest] = await proposals(id)
    expect(all(newest, 'missing').map(({ part }) => part?.[0]?.valueString)).toEqual(['residence', 'practice'])
    expect(stateOf(await story.task(story.desk, id, 'triage'))).toBe('on-hold/info-requested')
    expect(stateOf(await story.task(story.desk, id, 'request-info'))).toBe('requested/info-requested')
  })

  it('is not asked of somebody else: a stranger’s form reaches no referral', async () => {
    const id = referralIn(await story.submit(someoneWithoutAge()))
    const answer = await (await story.hub.as('otherGp')).post('/fhir/QuestionnaireResponse').send(JSON.stringify({
      resourceType: 'QuestionnaireResponse', status: 'completed', basedOn: [{ reference: `ServiceRequest/${id}` }], item: [{ linkId: 'age', answer: [{ valueInteger: 12 }] }],
    }))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await proposals(id)).length).toBe(1)
  })
})

describe('new observations', () => {
  const breathing = (subject: string, rate: number, at: string): object => ({
    resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '9279-1' }] }, subject: { reference: subject },
    effectiveDateTime: at, valueQuantity: { value: rate, system: 'http://unitsofmeasure.org', code: '/min' },
  })

  it('of an open referral triage it again, keep the old result, and say how old they are', async () => {
    const id = await story.refer()
    const { subject } = (await story.get(story.desk, `ServiceRequest/${id}`)).body as ServiceRequest
    const sent = await post(breathing(subject.reference ?? '', 26, '2026-11-24T10:05:00Z'))
    expect(sent.status).toBe(201)
    const [newest, oldest] = await proposals(id)
    expect([codeOf(oldest, 'disposition'), codeOf(newest, 'disposition'), flagsOf(newest).includes('news2-single3')]).toEqual(['offer', 'review', true])
    const part = (name: string): ParametersParameter | undefined => all(newest, 'observation')[0]?.part?.find(each => each.name === name)
    expect([part('parameter')?.valueCode, part('score')?.valueInteger, part('minutes')?.valueInteger, part('reference')?.valueString])
      .toEqual(['respiration', 3, 10, `Observation/${(sent.body as { id: string }).id}.value`])
  })

  it('that are better leave the urgency as it was given', async () => {
    const id = await story.refer()
    const { subject } = (await story.get(story.desk, `ServiceRequest/${id}`)).body as ServiceRequest
    await post(breathing(subject.reference ?? '', 26, '2026-11-24T10:05:00Z'))
    await post(breathing(subject.reference ?? '', 16, '2026-11-24T10:10:00Z'))
    const [newest, before] = await proposals(id)
    expect([codeOf(before, 'priority'), codeOf(newest, 'priority')]).toEqual(['asap', 'asap'])
  })
})

describe('two-hour care that the hub itself knows of', () => {
  const number = (verified: boolean): Patient['identifier'] => [{
    system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000017',
    ...(verified ? { extension: [{
      url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
      valueCodeableConcept: { coding: [{ system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland', code: '01' }] },
    }] } : {}),
  }]
  const byOneself = (verified: boolean, birthDate = '1942-05-17'): Bundle<FhirResource> => without(fallInPreston({ family: 'Shaw' }), resource => {
    if (resource.resourceType === 'Patient') Object.assign(resource, { identifier: number(verified), birthDate })
    if (resource.resourceType !== 'ServiceRequest') return
    resource.requester = { reference: resource.subject.reference ?? '' }
    delete resource.authoredOn
  })
  const proposed = async (bundle: Bundle<FhirResource>): Promise<readonly unknown[]> => {
    const [proposal] = await proposals(referralIn(await story.submit(bundle)))
    const rule = all(proposal, 'rule').find(({ part }) => part?.[0]?.valueString === 'self-referral-in-time')
    const references = rule?.part?.filter(({ name }) => name === 'factReference').map(({ valueString }) => valueString) ?? []
    return [codeOf(proposal, 'disposition'), references.includes('records of the hub')]
  }

  it('lets the same verified person refer themselves, and says no more of it than that', async () => {
    expect(await proposed(byOneself(true))).toEqual(['redirect', false])
    const earlier = referralIn(await story.submit(without(byOneself(true), resource => {
      if (resource.resourceType === 'ServiceRequest') delete resource.requester
    })))
    await story.step(story.clinician, await story.task(story.desk, earlier, 'triage'), 'confirm')
    for (const [who, action] of [[story.team, 'accept'], [story.team, 'visited'], [story.nurse, 'complete']] as const) {
      const answer = await story.step(who, await story.task(story.team, earlier, 'fulfill'), action)
      expect([action, answer.status]).toEqual([action, 200])
    }
    expect(await proposed(byOneself(true))).toEqual(['offer', true])
    const [newest] = await proposals(referralIn(await story.submit(byOneself(true))))
    expect(JSON.stringify(newest)).not.toContain(earlier)
  })

  it('is nobody else’s: not of a number that is not verified, nor of another date of birth', async () => {
    expect(await proposed(byOneself(false))).toEqual(['redirect', false])
    expect(await proposed(byOneself(true, '1942-05-18'))).toEqual(['redirect', false])
  })

  it('counts for six calendar months, both ends included', async () => {
    await story.hub.clock({ now: '2027-05-24T09:00:00Z' })
    expect(await proposed(byOneself(true))).toEqual(['offer', true])
    await story.hub.clock({ now: '2027-05-25T09:00:00Z' })
    expect((await proposed(byOneself(true)))[0]).toBe('redirect')
  })
})

