/** A hub's process that writes without pause, and is killed. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url))

/** Runs the writer on a store, kills it `afterMs` after its first acknowledged commit; returns the last version acknowledged per lane. */
export const writeUntilKilled = (address: string, afterMs: number): Promise<ReadonlyMap<string, number>> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, address], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    output += chunk.toString()
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  child.on('error', reject)
  child.on('exit', (_code, signal) => {
    if (signal !== 'SIGKILL') return reject(new Error(`the writer ended by itself: ${signal ?? _code} ${errors}`))
    const acknowledged = new Map<string, number>()
    for (const line of output.split('\n').slice(0, -1)) {
      const [lane = '', version = ''] = line.split(' ')
      acknowledged.set(lane, Number(version))
    }
    resolve(acknowledged)
  })
})
