/**
 * `npm run demo [-- --stay]`: plays one referral between the hub and its partners, each a process of its own with its
 * own key, on a temporary store and a manual clock. Every line is told by a partner from what it read back from the
 * hub; a step that did not happen ends the demo with exit status 1. `--stay` leaves the hub running.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addClient, keyFile, type NewClient } from '../src/access/keys.ts'
import { startDesk, type Desk } from './demo/desk.ts'
import { startHub } from './demo/hub.ts'

const { values: { stay } } = parseArgs({ options: { stay: { type: 'boolean', default: false } } })

/** A Tuesday in November, GMT. */
const DAY = '2026-11-24'
const at = (time: string): string => `${DAY}T${time}:00Z`

const HUB_ODS = 'ZCC00'
const TEAM_ODS = 'ZCC01'
const clients: readonly (Omit<NewClient, 'locality'> & { locality?: string })[] = [
  { id: 'demo-administrator', role: 'administrator', organisation: HUB_ODS },
  { id: 'demo-gp', role: 'referrer', organisation: 'P81067', referrerKind: 'gp', locality: 'central-lancashire' },
  { id: 'demo-hub', role: 'hub', organisation: HUB_ODS, locality: 'central-lancashire' },
  { id: 'demo-team', role: 'service', organisation: TEAM_ODS },
]

interface Step {
  readonly time: string
  readonly title: string
  readonly play: readonly (readonly [desk: string, words: string])[]
}

const story: readonly Step[] = [
  {
    time: '10:15', title: 'An 84-year-old in Preston fell without injury. Her GP refers her.',
    play: [['gp', `refer ${at('10:14')}`]],
  },
  { time: '10:22', title: 'A named clinician at the hub confirms the proposal.', play: [['hub', 'confirm'], ['gp', 'look']] },
  {
    time: '10:27', title: 'The two-hour response team takes it and says when it comes.',
    play: [['team', `accept ${at('11:15')}`], ['gp', 'look']],
  },
  { time: '10:50', title: 'The team sets off.', play: [['team', 'en-route'], ['gp', 'look']] },
  { time: '11:12', title: 'The team is at the door.', play: [['team', 'visit'], ['gp', 'look']] },
  {
    time: '11:55', title: 'She stays at home, with a plan.',
    play: [['team', 'complete stayed-at-home'], ['gp', 'look'], ['gp', 'finished']],
  },
]

const print = (line: string): void => { process.stdout.write(`${line}\n`) }

const folder = mkdtempSync(join(tmpdir(), 'care-connexions-demo-'))
const registry = join(folder, 'clients.json')
for (const client of clients) addClient(registry, client)

const hub = await startHub({ folder, registry, clock: at('10:10') })
const desks = new Map<string, Desk>()

const desk = (name: string, program: string, client: string, practitioner?: string): Promise<Desk> =>
  startDesk({ program, hub: hub.url, client, keyFile: keyFile(registry, client), practitioner }).then(started => {
    desks.set(name, started)
    return started
  })

const play = async (): Promise<void> => {
  print(hub.announcement)
  const administrator = await desk('administrator', 'administrator', 'demo-administrator')
  await administrator.tell(`register demo-clinician ${HUB_ODS} Amina Whitfield`)
  await administrator.tell(`register demo-practitioner ${TEAM_ODS} Joseph Pemberton`)
  await Promise.all([
    desk('gp', 'gp', 'demo-gp'),
    desk('hub', 'hub-desk', 'demo-hub', 'PractitionerRole/demo-clinician'),
    desk('team', 'two-hour-response', 'demo-team', 'PractitionerRole/demo-practitioner'),
  ])
  for (const { time, title, play: lines } of story) {
    await administrator.tell(`clock ${at(time)}`)
    print(`\n${time}  ${title}`)
    for (const [name, words] of lines) {
      for (const sentence of await desks.get(name)?.tell(words) ?? []) print(`       ${sentence}`)
    }
  }
}

const stop = async (): Promise<void> => {
  for (const each of desks.values()) each.stop()
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
}

try {
  await play()
  print('\nThe referral went from the GP to the team and back, and nobody was left without an owner.')
} catch (error) {
  process.stderr.write(`\nThe story broke off: ${error instanceof Error ? error.message : String(error)}\n${hub.log()}\n`)
  await stop()
  process.exit(1)
}

if (stay) {
  print(`\nThe hub stays at ${hub.url}/fhir (stop it with Ctrl+C). A token of the hub's clinician, for some minutes:`)
  print(`  CLIENTS=${registry} npm run --silent token -- --client demo-hub --practitioner PractitionerRole/demo-clinician --url ${hub.url}`)
  print(`  ${await hub.token(registry, 'demo-hub', 'PractitionerRole/demo-clinician')}`)
  process.once('SIGINT', () => void stop().then(() => process.exit(0)))
  process.once('SIGTERM', () => void stop().then(() => process.exit(0)))
} else {
  await stop()
}
