/**
 * A replica set of one or three mongods in a temporary folder, on free ports of this machine: started, killed,
 * restarted and removed by whoever asked for it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { mongodBinary } from './binary.ts'

export interface Member {
  readonly port: number
  /** SIGKILL, as a machine that loses its power. */
  kill(): Promise<void>
  /** Starts it again on what it kept. */
  start(): Promise<void>
}

export interface ReplicaSet {
  /** `mongodb://…/?replicaSet=…` without a database. */
  readonly url: string
  /** The address of one of its databases. */
  database(name: string): string
  readonly members: readonly Member[]
  /** Makes the primary step down; resolves when another (or it, again) is primary. */
  stepDown(): Promise<void>
  /** Port of the primary; waits until there is one. */
  primary(): Promise<number>
  stop(): Promise<void>
}

const NAME = 'hub'
const READY_MS = 30_000
const LOOK_MS = 50

export const startReplicaSet = async ({ members: size = 1 }: { readonly members?: 1 | 3 } = {}): Promise<ReplicaSet> => {
  const binary = mongodBinary()
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-mongod-'))
  const ports = await freePorts(size)
  const members = ports.map(port => memberOf(binary, folder, port))
  await Promise.all(members.map(member => member.start()))

  const hosts = ports.map(port => `127.0.0.1:${port}`)
  const url = `mongodb://${hosts.join()}/?replicaSet=${NAME}`
  const direct = await MongoClient.connect(`mongodb://${hosts[0]}/?directConnection=true`)
  await direct.db('admin').command({
    replSetInitiate: { _id: NAME, members: hosts.map((host, _id) => ({ _id, host })), settings: { electionTimeoutMillis: 2_000 } },
  })
  await direct.close()

  const primary = async (): Promise<number> => {
    for (const end = Date.now() + READY_MS; Date.now() < end; await wait(LOOK_MS)) {
      for (const port of ports) if (await isPrimary(port)) return port
    }
    throw new Error(`no primary after ${READY_MS} ms`)
  }
  await primary()

  return {
    url, members, primary,
    database: name => databaseAt(url, name),
    async stepDown() {
      const client = await MongoClient.connect(`mongodb://127.0.0.1:${await primary()}/?directConnection=true`)
      // It ends its connections as it steps down, ours among them.
      await client.db('admin').command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 5, force: true }).catch(() => undefined)
      await client.close()
      await primary()
    },
    async stop() {
      await Promise.all(members.map(member => member.kill()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An address of several hosts is no URL that Node's `URL` could read. */
export const databaseAt = (url: string, name: string): string => url.replace(/\/(\?.*)?$/, `/${name}$1`)

const isPrimary = async (port: number): Promise<boolean> => {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, { serverSelectionTimeoutMS: 500, connectTimeoutMS: 500 })
  try {
    return (await client.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true
  } catch {
    return false
  } finally {
    await client.close()
  }
}

const memberOf = (binary: string, folder: string, port: number): Member => {
  const data = join(folder, String(port))
  const log = join(folder, `${port}.log`)
  mkdirSync(data)
  let running: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const child = spawn(binary, [
      '--dbpath', data, '--logpath', log, '--logappend', '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', NAME,
      '--storageEngine', 'wiredTiger', '--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '64',
      '--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=10MB)',
    ], { stdio: 'ignore' })
    running = child
    for (const end = Date.now() + READY_MS; !await answers(port); await wait(LOOK_MS)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`mongod on port ${port} did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`)
    }
  }
  return {
    port, start,
    async kill() {
      const child = running
      running = undefined
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const answers = async (port: number): Promise<boolean> => {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, { serverSelectionTimeoutMS: 300, connectTimeoutMS: 300 })
  try {
    await client.db('admin').command({ ping: 1 })
    return true
  } catch {
    return false
  } finally {
    await client.close()
  }
}

/** Ports that are free now; all are held until the last is known, so that none comes twice. */
const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => { server.close(resolve) })))
  return ports
}
