/** Everybody who may take a hand in a referral, and what each is to its Tasks, written down apart from the hub's own code. */
import type { Task } from 'fhir/r4.js'
import { FHIR_JSON, type ClientName, type TestHub } from '../../hub.ts'

export interface Partner {
  readonly name: string
  readonly client: ClientName
  readonly practitioner?: string
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Partners {
  readonly all: readonly Partner[]
  named(name: string): Partner
  send(partner: Partner, method: string, path: string, body?: unknown, ifMatch?: string): Promise<Answer>
}

/** Opens an account for everybody. A partner with `+` acts by a named person. */
export const openPartners = async (hub: TestHub): Promise<Partners> => {
  await registerPractice(hub)
  const people: Partial<Record<ClientName, string>> = {
    hub: await hub.practitioner('hub', 'Asha', 'Rao'),
    gp: await hub.practitioner('gp', 'Ruth', 'Bell'),
    team: await hub.practitioner('team', 'Tom', 'Lees'),
    ward: await hub.practitioner('ward', 'Mary', 'Holt'),
    charity: await hub.practitioner('charity', 'Ada', 'Quill'),
    administrator: await hub.practitioner('administrator', 'Ivo', 'Penn'),
  }
  const plain = (['gp', 'otherGp', 'hub', 'team', 'ward', 'charity', 'outOfHours', 'integrator', 'administrator'] as const).map(client => ({ name: client, client }))
  const acting = Object.entries(people).map(([client, practitioner]) => ({ name: `${client}+`, client: client as ClientName, practitioner }))
  const all: readonly Partner[] = [...plain, ...acting]
  return {
    all,
    named(name) {
      const partner = all.find(each => each.name === name)
      if (partner === undefined) throw new Error(`nobody is called ${name}`)
      return partner
    },
    async send({ client, practitioner }, method, path, body, ifMatch) {
      const answer = await fetch(`${hub.url}/fhir/${path}`, {
        method,
        headers: {
          'authorization': `Bearer ${await hub.token(client, practitioner)}`, 'content-type': FHIR_JSON,
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) as Record<string, unknown> }
    },
  }
}

/** The GP's practice, so that its people can be registered. */
const registerPractice = async (hub: TestHub): Promise<void> => {
  await (await hub.as('administrator')).put('/fhir/Organization/practice').send({
    resourceType: 'Organization', id: 'practice', active: true, name: 'Invented Practice',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81067' }],
  }).expect(201)
}

/** Who speaks for the owners that Tasks of these scenarios have. */
const SPEAKS_FOR: Readonly<Record<string, ClientName>> = {
  'HealthcareService/cl-ucr2h': 'team', 'HealthcareService/cl-vw': 'ward', 'HealthcareService/cl-ageuk': 'charity', 'HealthcareService/cl-ooh': 'outOfHours',
}

export type PartyName = 'hub' | 'service' | 'referrer' | 'administrator'

/** What a partner is to a Task of a referral that the GP sent to Central Lancashire. */
export const partyOf = ({ client }: Partner, task: Task): PartyName | undefined => {
  switch (client) {
    case 'hub': return 'hub'
    case 'administrator': return 'administrator'
    case 'gp': return 'referrer'
    default: return SPEAKS_FOR[task.owner?.reference ?? ''] === client ? 'service' : undefined
  }
}
