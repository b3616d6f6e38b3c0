/**
 * Filled stores, made once and kept under build/bench/ by what they are made of: a run works on a copy. A change of the
 * store's layout, of the index, of the definitions or of the directory makes them anew.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadDefinitions } from '../src/definitions/load.ts'
import { registerClients } from './clients.ts'

/** What SQLite and the hub keep beside a store's file. */
const ENDS = ['', '-wal', '-shm', '.lock']

const project = fileURLToPath(new URL('../', import.meta.url))
const folder = join(project, 'build/bench')
/** What the prepared files depend on, besides the definitions. */
const SOURCES = [
  'src/store/sqlite/schema.ts', 'src/store/sqlite/entry-rows.ts', 'src/store/sqlite/pairs.ts', 'src/store/sqlite/indexed.ts',
  'src/search', 'src/referral/codes.ts', 'src/referral/opening.ts', 'src/referral/offers.ts', 'localities',
  'bench/population.ts', 'bench/story.ts', 'bench/bodies.ts', 'bench/prepare.ts', 'examples/partners/referral.json',
]

export const registry = join(folder, 'clients/clients.json')

const fingerprint = (): string => {
  const sum = createHash('sha256').update(loadDefinitions().fingerprint)
  const add = (path: string): void => {
    const entries = path.endsWith('.ts') || path.endsWith('.json') ? [] : readdirSync(join(project, path)).toSorted()
    if (entries.length === 0) sum.update(path).update(readFileSync(join(project, path)))
    for (const entry of entries) add(`${path}/${entry}`)
  }
  for (const source of SOURCES) add(source)
  return sum.digest('hex').slice(0, 12)
}

/** A copy of the store with so many Tasks, to be thrown away; made when it is missing. */
export const copyOfPrepared = async (tasks: number, say: (line: string) => void): Promise<{ readonly file: string; remove(): void }> => {
  mkdirSync(folder, { recursive: true })
  registerClients(registry)
  const kept = join(folder, `${tasks}-${fingerprint()}.db`)
  if (!existsSync(kept)) {
    for (const old of readdirSync(folder)) if (old.startsWith(`${tasks}-`)) rmSync(join(folder, old))
    const from = performance.now()
    await fill(kept, tasks)
    say(`prepared ${tasks} Tasks in ${Math.round((performance.now() - from) / 1_000)} s; kept for the next run`)
  }
  const file = join(folder, `run-${process.pid}-${tasks}.db`)
  copyFileSync(kept, file, constants.COPYFILE_FICLONE)
  return { file, remove: () => { for (const end of ENDS) rmSync(file + end, { force: true }) } }
}

const fill = async (kept: string, tasks: number): Promise<void> => {
  const unfinished = `${kept}.${process.pid}`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(project, 'bench/prepare.ts'), unfinished, String(tasks), registry],
    { stdio: 'inherit' })
  const [code] = await once(child, 'exit') as [number]
  if (code !== 0) throw new Error('the store could not be prepared')
  renameSync(unfinished, kept)
  for (const end of ENDS) rmSync(unfinished + end, { force: true })
}
