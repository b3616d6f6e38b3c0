import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { openQueue, type Answer, type Queued } from '../../examples/partners/queue.ts'
import { addClient, keyFile } from '../../src/access/keys.ts'
import { ADMINISTRATOR, cast, type Player } from '../../scripts/demo/cast.ts'
import { startDesk, type Desk } from '../../scripts/demo/desk.ts'
import { startHub, type RunningHub } from '../../scripts/demo/hub.ts'

/** The crew's terminal as a process of its own, killed between any two steps (SIGKILL) against a real hub. */
let folder: string
let registry: string
let hub: RunningHub
let token: string
const desks: Desk[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'care-connexions-terminal-'))
  registry = join(folder, 'clients.json')
  for (const { client } of [ADMINISTRATOR, cast.crew, cast.hub, cast.team, cast.clinic]) addClient(registry, client)
  hub = await startHub({ folder, registry, clock: '2026-11-25T11:40:00Z' })
  token = await hub.token(registry, cast.hub.client.id)
})
afterEach(() => { for (const desk of desks.splice(0)) desk.stop() })
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

const NO_SIGNAL = 'http://127.0.0.1:1'

const switchOn = async (incident: string, url = hub.url): Promise<Desk> => {
  const desk = await startDesk({
    program: 'terminal', hub: url, client: cast.crew.client.id, keyFile: keyFile(registry, cast.crew.client.id),
    env: { QUEUE: join(folder, `${incident}.jsonl`) },
  })
  desks.push(desk)
  return desk
}

/** What is on the disk. */
const kept = (incident: string): { waiting: readonly Queued[]; answer: Answer | undefined } => {
  const queue = openQueue(join(folder, `${incident}.jsonl`))
  try {
    return { waiting: queue.waiting(), answer: queue.answerTo(incident) }
  } finally {
    queue.close()
  }
}

const write = (incident: string): string => `write ${incident} crew 2026-11-25T10:05:00Z`

const open = async ({ program, client }: Player, practitioner?: string): Promise<Desk> => {
  const desk = await startDesk({
    program, hub: hub.url, client: client.id, keyFile: keyFile(registry, client.id),
    practitioner: practitioner === undefined ? undefined : `PractitionerRole/${practitioner}`,
  })
  desks.push(desk)
  return desk
}

/** As the hub sees it: the referrals of an incident. */
const referralsOf = async (incident: string): Promise<{ id: string; authoredOn: string }[]> => {
  const answer = await request(hub.url).get('/fhir/ServiceRequest')
    .query({ identifier: `https://ambulance.example/Id/incident|${incident}` }).set('Authorization', `Bearer ${token}`).expect(200)
  return ((answer.body as { entry?: { resource: { id: string; authoredOn: string } }[] }).entry ?? []).map(({ resource }) => resource)
}

describe.each(['kept', 'sending', 'sent', 'answered', 'receipted'])('killed after the step "%s"', step => {
  const incident = `killed-${step}`

  it('has exactly one referral at the hub when it is switched on again, and its receipt', async () => {
    const first = await switchOn(incident)
    await first.tell(`battery-dies-after ${step}`)
    if (step === 'kept') await first.tellLast(write(incident))
    else {
      await first.tell(write(incident))
      await first.tellLast('send')
    }

    const second = await switchOn(incident)
    const said = (await second.tell('send')).join('\n')
    expect(said).toMatch(step === 'receipted' ? /a receipt for everything/ : /the receipt is on its disk/)
    expect(await referralsOf(incident)).toEqual([expect.objectContaining({ authoredOn: '2026-11-25T10:05:00Z' })])

    expect((await second.tell(`look ${incident} triage-proposed`)).join('\n')).toMatch(/written 10:05, received 11:40/)
    expect(kept(incident)).toMatchObject({ waiting: [], answer: { kind: 'receipt' } })
  })
})

it('answers the same referral to a crew that was killed before it was told, and writes again', async () => {
  const first = await switchOn('again')
  await first.tell('battery-dies-after kept')
  await first.tellLast(write('again'))
  const second = await switchOn('again')
  expect(await second.tell(write('again'))).toEqual([expect.stringContaining('has already kept')])
  await second.tell('send')
  expect(await referralsOf('again')).toHaveLength(1)
})

it('keeps what it cannot send, and lets nobody leave meanwhile', async () => {
  const offline = await switchOn('valley', NO_SIGNAL)
  await offline.tell(write('valley'))
  expect((await offline.tell('send')).join('\n')).toContain('has no signal')
  expect(await offline.tell('may-leave valley no')).toEqual([expect.stringContaining('STAY. The hub has not answered yet')])
  await expect(offline.tell('may-leave valley yes')).rejects.toThrow('the terminal said no')
  expect(await referralsOf('valley')).toEqual([])

  const online = await switchOn('valley')
  await online.tell('send')
  expect(await online.tell('may-leave valley no')).toEqual([expect.stringContaining('STAY. Stored, not accepted yet')])
  const back = await switchOn('valley', NO_SIGNAL)
  expect(await back.tell('may-leave valley no')).toEqual([expect.stringContaining('no signal to ask')])
})

it('keeps a receipt that names the referral, its number and the hub\'s words', async () => {
  const desk = await switchOn('receipt')
  await desk.tell(write('receipt'))
  await desk.tell('send')
  const [referral] = await referralsOf('receipt')
  expect(kept('receipt').answer).toMatchObject({
    kind: 'receipt', receipt: { referral: referral?.id, number: expect.stringMatching(/^CC-/) as string, status: 'stored, not yet confirmed' },
  })
})

it('sends again what was answered while the signal went', async () => {
  let dropped = 0
  // Passes requests on, and drops the first answer to a referral.
  const valley = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await incoming.toArray() as Buffer[]
      const answer = await fetch(`${hub.url}${incoming.url}`, {
        method: incoming.method ?? 'GET', headers: incoming.headers as Record<string, string>,
        ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
      })
      const text = await answer.text()
      if (incoming.url?.endsWith('$submit') === true && dropped === 0) {
        dropped = answer.status
        outgoing.destroy()
      } else outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text)
    })()
  }).listen(0, '127.0.0.1')
  await once(valley, 'listening')
  try {
    const desk = await switchOn('dropped', `http://127.0.0.1:${(valley.address() as AddressInfo).port}`)
    await desk.tell(write('dropped'))
    expect((await desk.tell('send')).join('\n')).toContain('will be sent again')
    expect(dropped).toBe(201)
    expect((await desk.tell('send')).join('\n')).toContain('the same referral as before')
  } finally {
    valley.close()
  }
  expect(await referralsOf('dropped')).toHaveLength(1)
})

it('lets the crew of a person with two needs leave when both services have accepted, not before', async () => {
  const administrator = await open(ADMINISTRATOR)
  await administrator.tell(`register ${cast.hub.person[0]} ${cast.hub.client.organisation} Amina Whitfield`)
  const [crew, clinician, team, clinic] = await Promise.all([
    switchOn('both'), open(cast.hub, cast.hub.person[0]), open(cast.team), open(cast.clinic),
  ])
  await crew.tell('write both two-needs 2026-11-25T11:38:00Z')
  await crew.tell('send')
  await clinician.tell('confirm')
  expect(await crew.tell('may-leave both no')).toEqual([expect.stringContaining('STAY. Stored, not accepted yet: Offered')])
  await team.tell('accept 2026-11-25T12:30:00Z')
  expect(await crew.tell('may-leave both no')).toEqual([expect.stringContaining('STAY.')])
  await clinic.tell('accept 2026-11-25T13:00:00Z')
  const [screen] = await crew.tell('may-leave both yes')
  expect(screen).toMatch(/YOU MAY LEAVE\./)
  expect(screen).toMatch(/Two-hour urgent community response has accepted \(Task\/\S+\) and is expected at 12:30/)
  expect(screen).toMatch(/Same day emergency care has accepted \(Task\/\S+\) and is expected at 13:00/)
})

it('sends a case once more only by itself: other content under its number is refused, kept as refused, and said', async () => {
  const desk = await switchOn('one')
  await desk.tell(write('shared'))
  await desk.tell('send')
  const other = await switchOn('other')
  await other.tell('write shared two-needs 2026-11-25T10:05:00Z')
  expect((await other.tell('send')).join('\n')).toMatch(/refused: .*RING THE HUB/)
  expect((await other.tell('send')).join('\n')).toContain('a receipt for everything')
  expect(await referralsOf('shared')).toHaveLength(1)
})
