/**
 * A replica set of one or three mongods on free ports of this machine: started, killed and restarted by whoever asked
 * for it; in a temporary folder that is removed with it, or in one that keeps what was written.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { MongoClient, MongoServerError } from 'mongodb'
import { mongodBinary } from './binary.ts'

export interface Member {
  readonly port: number
  /** SIGKILL, as a machine that loses its power. */
  kill(): Promise<void>
  /** Ends it in order: what it wrote is a checkpoint, of which a copy starts at once. */
  end(): Promise<void>
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

export interface ReplicaSetOptions {
  readonly members?: 1 | 3
  /** Of one member: kept when it stops, and what is in it is taken up, a copy of another's as well. */
  readonly folder?: string
  /** Of each member. */
  readonly cacheGb?: number
  /** Takes the commands by which a test makes others fail (`failCommand`). */
  readonly testCommands?: boolean
}

export const startReplicaSet = async (options: ReplicaSetOptions = {}): Promise<ReplicaSet> => {
  const { members: size = 1, folder: kept, cacheGb = 0.25, testCommands = false } = options
  const binary = mongodBinary()
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'care-connexions-mongod-'))
  const ports = await freePorts(size)
  const members = ports.map((port, index) => memberOf(binary, join(folder, `member-${index}`), port, [
    '--wiredTigerCacheSizeGB', String(cacheGb), '--replSet', NAME, ...(testCommands ? ['--setParameter', 'enableTestCommands=1'] : []),
  ]))
  await Promise.all(members.map(member => member.start()))

  const hosts = ports.map(port => `127.0.0.1:${port}`)
  const url = `mongodb://${hosts.join()}/?replicaSet=${NAME}`
  await configure({ _id: NAME, members: hosts.map((host, _id) => ({ _id, host })), settings: { electionTimeoutMillis: 2_000 } })

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
      await Promise.all(members.map(member => (kept === undefined ? member.kill() : member.end())))
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A mongod that belongs to no replica set, until it is restarted as the only member of one. */
export const startStandalone = async (): Promise<{ readonly url: string; restartedAsMember(): Promise<void>; stop(): Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-mongod-'))
  const [port = 0] = await freePorts(1)
  let member = memberOf(mongodBinary(), folder, port, [])
  await member.start()
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    async restartedAsMember() {
      await member.end()
      member = memberOf(mongodBinary(), folder, port, ['--replSet', NAME])
      await member.start()
      await configure({ _id: NAME, members: [{ _id: 0, host: `127.0.0.1:${port}` }], settings: {} })
    },
    async stop() {
      await member.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Configuration {
  readonly _id: string
  readonly members: readonly { readonly _id: number; readonly host: string }[]
  readonly settings: object
}

/** What was kept knows itself by a port of another day, so it is told anew where it is. */
const configure = async (configuration: Configuration): Promise<void> => {
  const direct = await MongoClient.connect(`mongodb://${configuration.members[0]!.host}/?directConnection=true`)
  try {
    const admin = direct.db('admin')
    await admin.command({ replSetInitiate: configuration }).catch(async (error: unknown) => {
      if (!(error instanceof MongoServerError) || error.codeName !== 'AlreadyInitialized') throw error
      const { config } = await admin.command({ replSetGetConfig: 1 }) as { config: Configuration & { readonly version: number } }
      await admin.command({ replSetReconfig: { ...config, members: configuration.members, version: config.version + 1 }, force: true })
    })
  } finally {
    await direct.close()
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

const memberOf = (binary: string, folder: string, port: number, more: readonly string[]): Member => {
  const data = join(folder, 'data')
  const log = join(folder, 'log')
  mkdirSync(data, { recursive: true })
  let running: ChildProcess | undefined
  // However this process ends, no mongod outlives it.
  const abandon = (): void => { running?.kill('SIGKILL') }
  const start = async (): Promise<void> => {
    const child = spawn(binary, [
      '--dbpath', data, '--logpath', log, '--logappend', '--port', String(port), '--bind_ip', '127.0.0.1',
      '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=0', '--storageEngine', 'wiredTiger', '--oplogSize', '64',
      '--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=10MB)', ...more,
    ], { stdio: 'ignore' })
    running = child
    process.once('exit', abandon)
    for (const end = Date.now() + READY_MS; !await answers(port); await wait(LOOK_MS)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`mongod on port ${port} did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`)
    }
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const child = running
    running = undefined
    process.off('exit', abandon)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { port, start, kill: () => end('SIGKILL'), end: () => end('SIGTERM') }
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
