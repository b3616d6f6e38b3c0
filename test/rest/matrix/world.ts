/**
 * Data to keep apart: every partner has patients and companions of its own, referrals stand in several states, something was
 * deleted, and the directory is everybody's. Made from a seed, over HTTP, by the partners themselves.
 *
 * Each resource is written down with who made it and to which referral it belongs, from what was asked and not from what the hub
 * says of it: whatever appeared through a step of a referral belongs to that referral.
 */
import type { Bundle, FhirResource } from 'fhir/r4.js'
import { clients, type ClientName } from '../../hub.ts'
import { fallInPreston, openStory, referralIn, type Actor, type Story } from '../../referral/story.ts'
import { askOf, type Ask } from './ask.ts'
import { marker, privateThings, type Shared } from './private-things.ts'

export type ReferralState = 'submitted' | 'offered' | 'accepted' | 'rejected' | 'closed'

export interface Referral {
  readonly id: string
  readonly sender: ClientName
  readonly state: ReferralState
  /** In the case now, and asked before and gone again. */
  readonly services: readonly ClientName[]
  readonly formerServices: readonly ClientName[]
}

export interface Known {
  readonly type: string
  readonly id: string
  /** Who made it; what the hub adds to a step is made by whoever took the step. */
  readonly by: ClientName
  readonly referral: string | undefined
  readonly isDeleted: boolean
  /** Every version as it was stored. */
  readonly versions: readonly string[]
}

export interface World {
  readonly story: Story
  readonly ask: Ask
  readonly referrals: readonly Referral[]
  /** Everything but audit entries and what the hub loaded from its locality. */
  readonly known: readonly Known[]
  /** Ids of the directory's entries that everybody sees. */
  readonly directory: Shared & { readonly lowLocation: string }
  /** More of what is private, by everybody else who does not keep the directory, and more referrals. */
  addMore(but: ClientName): Promise<void>
  stop(): Promise<void>
}

export const OWNERS = ['gp', 'otherGp', 'team', 'ward', 'charity', 'hub', 'otherHub', 'administrator'] as const satisfies readonly ClientName[]

interface Version { readonly type: string; readonly id: string; readonly version: number; readonly isDeleted: boolean; readonly json: string }

/** Every version there is, newest first: the administrator sees all of them. */
const versionsOf = async (ask: Ask): Promise<readonly Version[]> => {
  const found: Version[] = []
  for (let path: string | undefined = '_history?_count=500'; path !== undefined;) {
    const answer = await ask('administrator', { path })
    const bundle = JSON.parse(answer.body) as Bundle
    for (const { fullUrl = '', resource, response } of bundle.entry ?? []) {
      const [type = '', id = ''] = fullUrl.split('/').slice(-2)
      if (type === 'AuditEvent') continue
      found.push({
        type, id, version: Number(/\d+/.exec(response?.etag ?? '')?.[0]), isDeleted: resource === undefined,
        json: JSON.stringify(resource ?? {}),
      })
    }
    path = bundle.link?.find(({ relation }) => relation === 'next')?.url.split('/fhir/')[1]
  }
  return found
}

export const openWorld = async (): Promise<World> => {
  const story = await openStory({ env: { PROFILES: 'declared' } })
  const ask = askOf(story.hub)
  const origin = new Map<string, { by: ClientName; referral: string | undefined }>()
  const deleted = new Set<string>()
  const seen = new Set<string>()
  const note = (by: ClientName, referral: string | undefined, versions: readonly Version[]): void => {
    for (const { type, id } of versions) if (!origin.has(`${type}/${id}`) && !seen.has(`${type}/${id}`)) origin.set(`${type}/${id}`, { by, referral })
  }
  const settled = async (by: ClientName, referral: string | undefined): Promise<void> => note(by, referral, await versionsOf(ask))

  for (const { type, id } of await versionsOf(ask)) seen.add(`${type}/${id}`)

  const directory = await openDirectory(ask)
  await settled('administrator', undefined)
  const makeThings = async (by: ClientName, round: number): Promise<void> => {
    const answer = await ask(by, { method: 'POST', path: '', body: privateThings(`${by}-${round}`, directory) })
    if (answer.status !== 200) throw new Error(`${by} could not write: ${answer.body}`)
    const made = (JSON.parse(answer.body) as Bundle).entry ?? []
    const last = made.at(-1)?.response?.location?.split('/fhir/')[1]?.split('/_history')[0] ?? ''
    await ask(by, { method: 'DELETE', path: last })
    deleted.add(last)
    await settled(by, undefined)
  }
  for (const by of OWNERS) for (const round of [1, 2]) await makeThings(by, round)

  // A place of the directory that lies below a place which only one practice sees.
  const hidden = [...origin].find(([ref, { by }]) => by === 'gp' && ref.startsWith('Location/'))?.[0] ?? ''
  const low = await ask('administrator', { method: 'PUT', path: `Location/${directory.lowLocation}`, body: {
    resourceType: 'Location', id: directory.lowLocation, name: 'Low place', partOf: { reference: hidden },
  } })
  if (low.status !== 201) throw new Error(low.body)
  await settled('administrator', undefined)

  const referrals: Referral[] = []
  const refer = async (sender: Actor, name: string, need: string): Promise<string> => {
    const answer = await story.submit(fallInPreston({ family: marker(name), identifier: marker(`${name}-number`), needs: [need] }), sender)
    const id = referralIn(answer)
    await settled(sender.client, id)
    return id
  }
  const step = async (actor: Actor, id: string, code: string, action: string, values = {}): Promise<void> => {
    const answer = await story.step(actor, await story.task(story.desk, id, code), action, values)
    if (answer.status !== 200) throw new Error(`${action}: ${answer.text}`)
    await settled(actor.client, id)
  }
  const open = async (sender: Actor, state: ReferralState, round: number): Promise<void> => {
    const name = `${sender.client}-${state}-${round}`
    const id = await refer(sender, name, state === 'rejected' ? 'frailty-acute' : 'fall-no-injury')
    let services: ClientName[] = []
    let formerServices: ClientName[] = []
    if (state !== 'submitted') {
      await step(story.clinician, id, 'triage', 'confirm')
      services = ['team']
    }
    switch (state) {
      case 'accepted': await step(story.nurse, id, 'fulfill', 'accept'); break
      case 'rejected':
        await step(story.wardNurse, id, 'fulfill', 'reject', { reason: '22' })
        formerServices = ['ward']
        break
      case 'closed':
        for (const action of ['accept', 'en-route', 'visited', 'managing']) await step(story.nurse, id, 'fulfill', action)
        await step(story.nurse, id, 'fulfill', 'complete', { outcome: 'stayed-at-home' })
        services = []
        formerServices = ['team']
        break
      case 'submitted': case 'offered': break
    }
    referrals.push({ id, sender: sender.client, state, services, formerServices })
  }
  for (const sender of [story.gp, { client: 'otherGp' as const }]) {
    for (const state of ['submitted', 'offered', 'accepted', 'rejected', 'closed'] as const) await open(sender, state, 1)
  }

  const everything = await versionsOf(ask)
  const known = [...origin].map(([ref, { by, referral }]): Known => {
    const [type = '', id = ''] = ref.split('/')
    const versions = everything.filter(version => version.type === type && version.id === id)
    return { type, id, by, referral, isDeleted: deleted.has(ref), versions: versions.filter(({ isDeleted }) => !isDeleted).map(({ json }) => json) }
  })
  return {
    story, ask, referrals, known, directory,
    async addMore(but) {
      for (const by of OWNERS) if (by !== but && ['referrer', 'service'].includes(clients[by].role)) await makeThings(by, 3)
      for (const sender of ['gp', 'otherGp'] as const) {
        if (sender !== but) await refer({ client: sender }, `${sender}-more-${but}`, 'fall-no-injury')
      }
    },
    stop: () => story.stop(),
  }
}

const openDirectory = async (ask: Ask): Promise<World['directory']> => {
  const directory = { organisation: 'shared-practice', location: 'high-place', lowLocation: 'low-place' }
  const entries: readonly FhirResource[] = [
    { resourceType: 'Organization', id: directory.organisation, name: 'Shared practice' },
    { resourceType: 'Location', id: directory.location, name: 'High place' },
    { resourceType: 'ValueSet', id: 'shared-set', url: 'https://x.example/shared-set', status: 'draft' },
  ]
  for (const body of entries) {
    const answer = await ask('administrator', { method: 'PUT', path: `${body.resourceType}/${body.id}`, body })
    if (answer.status !== 201) throw new Error(answer.body)
  }
  return directory
}
