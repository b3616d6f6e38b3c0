/**
 * A fall in Preston as partners send it, and the steps they take with it, over HTTP: for the tests of a referral's life.
 */
import type { Bundle, BundleEntry, FhirResource, Parameters, Task } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { startTestHub, type ClientName, type TestHub, type TestHubOptions } from '../hub.ts'

interface Changes {
  readonly identifier?: string
  readonly family?: string
  readonly needs?: readonly string[]
  readonly more?: readonly object[]
}

/** An 84-year-old in Preston who fell without injury, as her GP sends it. */
export const fallInPreston = ({ identifier, family = 'Hartley', needs = ['fall-no-injury'], more = [] }: Changes = {}): Bundle<FhirResource> => ({
  resourceType: 'Bundle', type: 'collection',
  entry: [
    {
      fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001',
      resource: {
        resourceType: 'Patient',
        identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }],
        name: [{ use: 'official', family, given: ['Edna'] }],
        gender: 'female', birthDate: '1942-05-17',
        address: [{ use: 'home', line: ['12 Invented Row'], city: 'Preston', postalCode: 'PR1 2AA' }],
      },
    },
    {
      fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000002',
      resource: {
        resourceType: 'ServiceRequest',
        ...(identifier === undefined ? {} : { identifier: [{ system: 'https://gp.example/referral', value: identifier }] }),
        status: 'active', intent: 'order',
        subject: { reference: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001' },
        authoredOn: '2026-11-24T10:10:00Z',
        ...(needs.length === 0 ? {} : {
          reasonCode: needs.map(code => ({ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code }] })),
        }),
      },
    },
    ...more.map((resource): BundleEntry<FhirResource> => ({ resource: resource as FhirResource })),
  ],
})

/** A partner, and the person who acts for it where a step needs one. */
export interface Actor {
  readonly client: ClientName
  readonly practitioner?: string
}

export interface Story {
  readonly hub: TestHub
  readonly gp: Actor
  readonly desk: Actor
  readonly clinician: Actor
  readonly team: Actor
  readonly nurse: Actor
  readonly ward: Actor
  readonly wardNurse: Actor
  submit(bundle: unknown, actor?: Actor, requestId?: string): Promise<Response>
  /** Submits a fall and answers the ServiceRequest's id. */
  refer(changes?: Changes): Promise<string>
  get(actor: Actor, path: string): Promise<Response>
  put(actor: Actor, resource: FhirResource): Promise<Response>
  delete(actor: Actor, path: string): Promise<Response>
  /** Tasks of a referral that the actor sees. */
  tasks(actor: Actor, referral: string): Promise<readonly Task[]>
  /** The newest Task of a kind, by its code. */
  task(actor: Actor, referral: string, code: string): Promise<Task>
  step(actor: Actor, task: Task | string, action: string, values?: StepValues, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

export interface StepValues {
  readonly reason?: string
  readonly eta?: string
  readonly note?: string
  readonly outcome?: string
  readonly service?: string
  readonly priority?: string
  readonly question?: string
  readonly answer?: string
}

const stepParameters = (action: string, { reason, eta, note, outcome, service, priority, question, answer }: StepValues): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'action', valueCode: action },
    ...(reason === undefined ? [] : [{ name: 'reason', valueCode: reason }]),
    ...(eta === undefined ? [] : [{ name: 'eta', valueDateTime: eta }]),
    ...(note === undefined ? [] : [{ name: 'note', valueString: note }]),
    ...(outcome === undefined ? [] : [{ name: 'outcome', valueCode: outcome }]),
    ...(service === undefined ? [] : [{ name: 'service', valueReference: { reference: service } }]),
    ...(priority === undefined ? [] : [{ name: 'priority', valueCode: priority }]),
    ...(question === undefined ? [] : [{ name: 'question', valueString: question }]),
    ...(answer === undefined ? [] : [{ name: 'answer', valueString: answer }]),
  ],
})

export const openStory = async (options: TestHubOptions = {}): Promise<Story> => {
  const hub = await startTestHub(options)
  const clinician = await hub.practitioner('hub', 'Asha', 'Rao')
  const nurse = await hub.practitioner('team', 'Tom', 'Lees')
  const wardNurse = await hub.practitioner('ward', 'Mary', 'Holt')
  const gp: Actor = { client: 'gp' }
  const as = ({ client, practitioner }: Actor): ReturnType<TestHub['as']> => hub.as(client, practitioner)

  const story: Story = {
    hub, gp,
    desk: { client: 'hub' }, clinician: { client: 'hub', practitioner: clinician },
    team: { client: 'team' }, nurse: { client: 'team', practitioner: nurse },
    ward: { client: 'ward' }, wardNurse: { client: 'ward', practitioner: wardNurse },
    async submit(bundle, actor = gp, requestId) {
      const agent = await as(actor)
      const sending = agent.post('/fhir/ServiceRequest/$submit')
      return (requestId === undefined ? sending : sending.set('X-Request-ID', requestId)).send(JSON.stringify(bundle))
    },
    async refer(changes) {
      const answer = await story.submit(fallInPreston(changes))
      if (answer.status !== 201) throw new Error(`not stored: ${answer.status} ${answer.text}`)
      return referralIn(answer)
    },
    get: async (actor, path) => (await as(actor)).get(`/fhir/${path}`),
    put: async (actor, resource) => (await as(actor)).put(`/fhir/${resource.resourceType}/${resource.id}`)
      .set('If-Match', `W/"${resource.meta?.versionId}"`).send(JSON.stringify(resource)),
    delete: async (actor, path) => (await as(actor)).delete(`/fhir/${path}`),
    async tasks(actor, referral) {
      const answer = await story.get(actor, `Task?based-on=ServiceRequest/${referral}&_count=100`)
      if (answer.status !== 200) throw new Error(`no Tasks: ${answer.status} ${answer.text}`)
      return ((answer.body as Bundle<Task>).entry ?? []).map(({ resource }) => resource as Task)
    },
    async task(actor, referral, code) {
      const found = (await story.tasks(actor, referral)).filter(task => task.code?.coding?.[0]?.code === code)
        .sort((a, b) => Number(isEnded(a)) - Number(isEnded(b)))
      if (found[0] === undefined) throw new Error(`no Task ${code}`)
      return found[0]
    },
    step: async (actor, task, action, values = {}, headers = {}) => (await as(actor))
      .post(`/fhir/Task/${typeof task === 'string' ? task : task.id}/$transition`).set(headers).send(JSON.stringify(stepParameters(action, values))),
    stop: () => hub.stop(),
  }
  return story
}

const isEnded = ({ status }: Task): boolean => ['completed', 'rejected', 'cancelled', 'failed'].includes(status)

/** Id of the ServiceRequest that an answer of $submit names. */
export const referralIn = (answer: Response): string => {
  const named = (answer.body as Parameters).parameter?.find(({ name }) => name === 'referral')?.valueReference?.reference ?? ''
  return named.slice('ServiceRequest/'.length)
}

/** `accepted/accepted` */
export const stateOf = ({ status, businessStatus }: Task): string => `${status}/${businessStatus?.coding?.[0]?.code}`

/** Codes of the issues of a refusal. */
export const codesOf = ({ body }: Response): readonly (string | undefined)[] =>
  ((body as { issue?: { details?: { coding?: { code?: string }[] } }[] }).issue ?? []).map(issue => issue.details?.coding?.[0]?.code)

export const textOf = ({ body }: Response): string => (body as { issue?: { details?: { text?: string } }[] }).issue?.[0]?.details?.text ?? ''
