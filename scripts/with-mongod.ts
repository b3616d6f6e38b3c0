/**
 * `node scripts/with-mongod.ts COMMAND ARGUMENTS…`: runs a command beside a MongoDB replica set of its own, whose address
 * it finds in MONGO_URL, and ends with its exit status.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startReplicaSet } from './mongod/replica-set.ts'

const [command, ...parameters] = process.argv.slice(2)
if (command === undefined) {
  process.stderr.write('node scripts/with-mongod.ts COMMAND ARGUMENTS…\n')
  process.exit(2)
}
const replicaSet = await startReplicaSet()
const child = spawn(command, parameters, { stdio: 'inherit', env: { ...process.env, MONGO_URL: replicaSet.url } })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
const [status] = await Promise.race([once(child, 'exit'), once(child, 'error').then(([error]) => {
  process.stderr.write(`${String(error)}\n`)
  return [1]
})]) as [number | null]
await replicaSet.stop()
process.exit(status ?? 1)
