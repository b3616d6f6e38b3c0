/**
 * A whole hub for tests: real store, real port, real tokens, manual clock. The store is a file in a temporary folder, or with
 * TEST_STORE=mongo a database of its own on the MongoDB that MONGO_URL names (`jest.config.js`).
 *
 * `hub.as('gp')` is a supertest agent of a registered client; `as('hub', 'clinician')` acts for a registered person.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import { pino } from 'pino'
import request from 'supertest'
import { addClient, readPrivateKey, type NewClient } from '../src/access/keys.ts'
import { readConfig } from '../src/config.ts'
import { createHub, type Hub, type HubOptions } from '../src/hub.ts'
import { listen } from '../src/http/server.ts'
import { provideStore, storeKind } from '../scripts/provided-store.ts'

export const NOW = '2026-11-24T10:15:00.000Z'

/** Clients every test hub knows. Codes of organisations are those of the Central Lancashire pack, or invented. */
export const clients = {
  administrator: { role: 'administrator', organisation: 'ZCC00' },
  hub: { role: 'hub', organisation: 'ZCC00', locality: 'central-lancashire' },
  otherHub: { role: 'hub', organisation: 'ZCC77' },
  team: { role: 'service', organisation: 'ZCC01' },
  ward: { role: 'service', organisation: 'ZCC02' },
  gp: { role: 'referrer', organisation: 'P81067', locality: 'central-lancashire', referrerKind: 'gp' },
  otherGp: { role: 'referrer', organisation: 'P81046', locality: 'central-lancashire', referrerKind: 'gp' },
  charity: { role: 'service', organisation: 'ZCC06' },
  outOfHours: { role: 'service', organisation: 'ZCC08' },
  integrator: { role: 'integrator', organisation: 'ZZZ99' },
} as const satisfies Record<string, Omit<NewClient, 'id'>>

export type ClientName = keyof typeof clients

export interface TestHub {
  readonly url: string
  readonly hub: Hub
  /** A bearer token, cached. `practitioner` is a claim such as `PractitionerRole/…`. */
  token(client: ClientName, practitioner?: string, scope?: string): Promise<string>
  as(client: ClientName, practitioner?: string, scope?: string): Promise<Agent>
  /** Moves the clock, to an instant or by a duration. */
  clock(to: { now: string } | { advance: string }): Promise<void>
  /** Registers a person who may act for the client's organisation; answers the claim. */
  practitioner(client: ClientName, given: string, family: string): Promise<string>
  stop(): Promise<void>
}

type Agent = ReturnType<typeof request.agent>

export const FHIR_JSON = 'application/fhir+json'

export interface TestHubOptions extends Pick<HubOptions, 'aroundTriage' | 'localities'> {
  readonly env?: Record<string, string>
  readonly logger?: HubOptions['logger']
}

export const startTestHub = async ({ env = {}, logger = pino({ level: 'silent' }), ...options }: TestHubOptions = {}): Promise<TestHub> => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-test-'))
  const registry = join(folder, 'clients.json')
  for (const [id, client] of Object.entries(clients)) addClient(registry, { id, ...client })
  const store = await provideStore(storeKind(process.env['TEST_STORE'] ?? 'sqlite'), folder)
  const config = readConfig({ PORT: '0', STORE: store.address, CLIENTS: registry, CLOCK: `manual:${NOW}`, ...env })
  let port = 0
  const hub = await createHub({ config, logger, port: () => port, ...options })
  const listening = await listen(hub.app, config)
  port = listening.port
  const url = `http://127.0.0.1:${port}`
  const tokens = new Map<string, string>()

  const fetchToken = async (client: string, practitioner: string | undefined, scope: string | undefined): Promise<string> => {
    const key = readPrivateKey(registry, client)
    const assertion = await new SignJWT(practitioner === undefined ? {} : { practitioner })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .setIssuer(client).setSubject(client).setAudience(`${url}/token`).setJti(randomUUID()).setIssuedAt().setExpirationTime('2m')
      .sign(await importJWK(key as Parameters<typeof importJWK>[0], key.alg))
    const answer = await request(url).post('/token').type('form').send({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion,
      ...(scope === undefined ? {} : { scope }),
    })
    if (answer.status !== 200) throw new Error(`no token for ${client}: ${answer.text}`)
    return (answer.body as { access_token: string }).access_token
  }

  const token: TestHub['token'] = async (client, practitioner, scope) => {
    const name = `${client} ${practitioner ?? ''} ${scope ?? ''}`
    const known = tokens.get(name) ?? await fetchToken(client, practitioner, scope)
    tokens.set(name, known)
    return known
  }

  const as: TestHub['as'] = async (client, practitioner, scope) =>
    request.agent(url).set('Authorization', `Bearer ${await token(client, practitioner, scope)}`).set('Content-Type', FHIR_JSON)

  return {
    url, hub, token, as,
    async clock(to) {
      await request(url).post('/clock').set('Authorization', `Bearer ${await token('administrator')}`).send(to).expect(200)
    },
    async practitioner(client, given, family) {
      const administrator = await as('administrator')
      const found = await administrator.get('/fhir/Organization')
        .query({ identifier: `https://fhir.nhs.uk/Id/ods-organization-code|${clients[client].organisation}` }).expect(200)
      const organisation = (found.body as { entry: { resource: { id: string } }[] }).entry[0]?.resource.id
      const id = `${given}-${family}`.toLowerCase()
      await administrator.put(`/fhir/Practitioner/${id}`)
        .send({ resourceType: 'Practitioner', id, active: true, name: [{ given: [given], family }] }).expect(201)
      await administrator.put(`/fhir/PractitionerRole/${id}`).send({
        resourceType: 'PractitionerRole', id, active: true,
        practitioner: { reference: `Practitioner/${id}` }, organization: { reference: `Organization/${organisation}` },
      }).expect(201)
      return `PractitionerRole/${id}`
    },
    async stop() {
      await listening.close(100)
      await hub.close()
      await store.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
