/**
 * `npm run demo -- [--store mongo] [--stay] [--only STORY] [--root FOLDER]`: plays referrals between the hub and its partners,
 * each a process of its own with its own key, on a temporary store and a manual clock. Every line is told by a partner
 * from what it read back from the hub; a step that did not happen ends the demo with exit status 1. `--stay` leaves the
 * hub running, `--root` takes the hub of another folder than this project. With `--store mongo` it keeps everything in
 * MongoDB: that of MONGO_URL, or one it starts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addClient } from '../src/access/keys.ts'
import { ADMINISTRATOR, cast } from './demo/cast.ts'
import { startHub } from './demo/hub.ts'
import { openPlay } from './demo/play.ts'
import { stories } from './demo/stories.ts'
import { optionsOf } from './options.ts'
import { provideStore, storeKind } from './provided-store.ts'

const USAGE = `npm run demo -- [--store sqlite|mongo] [--stay] [--only ${stories.map(({ name }) => name).join('|')}]`

const { values: { store: asked, stay, only, root } } = optionsOf(USAGE, {
  options: {
    store: { type: 'string', default: 'sqlite' },
    stay: { type: 'boolean', default: false }, only: { type: 'string' }, root: { type: 'string' },
  },
})

const print = (line: string): void => { process.stdout.write(`${line}\n`) }

const chosen = stories.filter(({ name }) => only === undefined || name === only)
const opening = chosen[0]?.steps[0]
if (opening === undefined) {
  process.stderr.write(`there is no story "${only}"; there is ${stories.map(({ name }) => name).join(', ')}\n`)
  process.exit(1)
}

const began = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'care-connexions-demo-'))
const registry = join(folder, 'clients.json')
for (const { client } of [ADMINISTRATOR, ...Object.values(cast)]) addClient(registry, client)
const complain = (error: unknown, log = ''): void => {
  process.stderr.write(`\nThe story broke off: ${error instanceof Error ? error.message : String(error)}\n${log}\n`)
}

const store = await Promise.resolve().then(() => provideStore(storeKind(asked), folder)).catch((error: unknown) => {
  complain(error)
  rmSync(folder, { recursive: true, force: true })
  process.exit(1)
})
const tidyUp = async (): Promise<void> => {
  await store.remove()
  rmSync(folder, { recursive: true, force: true })
}
const giveUp = async (error: unknown, log?: string): Promise<never> => {
  complain(error, log)
  await tidyUp()
  process.exit(1)
}

const hub = await startHub({ folder, registry, clock: opening.at, store: store.address, ...(root === undefined ? {} : { root }) })
  .catch(giveUp)
const play = openPlay(chosen, { hub, registry, folder, print })

const stop = async (): Promise<void> => {
  play.stop()
  await hub.stop()
  await tidyUp()
}

try {
  print(hub.announcement)
  if (store.note !== undefined) print(store.note)
  await play.prepare()
  await play.run()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  print(`\n${chosen.length === 1 ? 'The story was' : `All ${chosen.length} stories were`} played in ${seconds} s.`)
} catch (error) {
  play.stop()
  await hub.stop()
  await giveUp(error, hub.log())
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
