/**
 * Making clients: an entry in the registry with a public key, and the private key for its owner (mode 0600).
 *
 * The code behind `npm run client`, `npm run token` and the demonstration; in production a partner makes its own key
 * and sends the public half.
 */
import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Role } from './caller.ts'
import { ClientsError, readClients, type Algorithm, type ClientEntry, type ClientsFile } from './clients.ts'

export interface NewClient {
  readonly id: string
  readonly role: Role
  /** ODS code of its organisation. */
  readonly organisation: string
  readonly locality?: string | undefined
  readonly referrerKind?: string | undefined
  /** Default: everything its role may do. */
  readonly scopes?: readonly string[] | undefined
  readonly algorithm?: Algorithm | undefined
}

/** A private key as it lies in its file. */
export type PrivateJwk = JsonWebKey & { readonly kid: string; readonly alg: Algorithm }

/** Where the private keys lie that were made here: beside the registry, `data/keys/NAME.json`. */
export const keyFile = (registry: string, id: string): string => join(dirname(registry), 'keys', `${id}.json`)

/**
 * Adds a client with a new key. Throws `ClientsError` when the name is taken or the entry is not valid; then nothing
 * is written. Returns the path of the private key.
 */
export const addClient = (registry: string, client: NewClient): string => {
  const file = readFile(registry)
  if (file.clients.some(({ id }) => id === client.id)) {
    throw new ClientsError(`there is a client "${client.id}" already; remove it first, or choose another name`)
  }
  const { publicJwk, privateJwk } = makeKeys(client.algorithm ?? 'ES384')
  const entry: ClientEntry = {
    id: client.id, organisation: client.organisation.toUpperCase(), role: client.role,
    ...(client.locality === undefined ? {} : { locality: client.locality }),
    ...(client.referrerKind === undefined ? {} : { referrerKind: client.referrerKind }),
    scopes: [...client.scopes ?? [client.role === 'integrator' ? 'system/*.read' : 'system/*.*']],
    jwks: { keys: [publicJwk] },
  }
  const text = textOf({ clients: [...file.clients, entry] })
  readClients(text, registry)
  const path = keyFile(registry, client.id)
  writePrivately(path, `${JSON.stringify(privateJwk, null, 2)}\n`)
  replaceFile(registry, text)
  return path
}

/** Removes a client and the key made here; its tokens end at once. Returns whether there was one. */
export const removeClient = (registry: string, id: string): boolean => {
  const file = readFile(registry)
  const clients = file.clients.filter(client => client.id !== id)
  if (clients.length === file.clients.length) return false
  replaceFile(registry, textOf({ clients }))
  rmSync(keyFile(registry, id), { force: true })
  return true
}

export const listClients = (registry: string): readonly ClientEntry[] => readFile(registry).clients

/** The private key of a client made here. Throws `ClientsError` saying how to make one. */
export const readPrivateKey = (registry: string, id: string): PrivateJwk => {
  const path = keyFile(registry, id)
  if (!existsSync(path)) {
    throw new ClientsError(`there is no key of "${id}" at ${path}; make one: npm run client -- add ${id} --role ROLE --ods CODE`)
  }
  return JSON.parse(readFileSync(path, 'utf8')) as PrivateJwk
}

const makeKeys = (alg: Algorithm): { publicJwk: ClientEntry['jwks']['keys'][number]; privateJwk: PrivateJwk } => {
  const { publicKey, privateKey } = alg === 'ES384'
    ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
    : generateKeyPairSync('rsa', { modulusLength: 3072 })
  const shown = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16)
  return {
    publicJwk: { ...shown, kty: shown.kty ?? '', kid, alg, use: 'sig' },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), kid, alg },
  }
}

const readFile = (registry: string): ClientsFile => {
  if (!existsSync(registry)) return { clients: [] }
  const text = readFileSync(registry, 'utf8')
  readClients(text, registry)
  return JSON.parse(text) as ClientsFile
}

const textOf = (file: ClientsFile): string => `${JSON.stringify(file, null, 2)}\n`

/** Whole or not at all: a running hub never reads half a registry. */
const replaceFile = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, text, { mode: 0o644 })
  renameSync(fresh, path)
}

/** Readable by its owner only, from the first byte on and also where a file stood before. */
export const writePrivately = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (existsSync(path)) chmodSync(path, 0o600)
  writeFileSync(path, text, { mode: 0o600 })
}
