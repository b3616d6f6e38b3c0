/**
 * The registry of clients: who may ask for tokens, with which public keys, for which organisation, in which role.
 *
 * A JSON file (CLIENTS) that operators change while the hub runs: each turn of the event loop in which somebody asks looks
 * whether it changed, so a client that is removed, or whose entry changes, has lost its tokens at its next request. A file
 * that cannot be used at start stops the start; one that breaks later leaves the last good registry in force and is reported.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { ROLES, type Role } from './caller.ts'
import { parseScope } from './scopes.ts'

export const ALGORITHMS = ['ES384', 'RS384'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export interface ClientKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly publicKey: KeyObject
}

export interface Client {
  readonly id: string
  /** ODS code, upper case. */
  readonly organisation: string
  readonly role: Role
  readonly locality: string | undefined
  readonly referrerKind: string | undefined
  readonly scopes: readonly string[]
  readonly keys: readonly ClientKey[]
  /** Of the whole entry; tokens carry it, so that none outlives a change of its client. */
  readonly fingerprint: string
}

export interface ClientRegistry {
  find(id: string): Client | undefined
  readonly size: number
}

/** The registry file cannot be used; the message says where and what to change. */
export class ClientsError extends Error {}

const isScope = (text: string): boolean => parseScope(text) !== undefined

const publicJwk = z.looseObject({
  kty: z.string(),
  kid: z.string().min(1, 'is needed to choose the key'),
}).refine(jwk => !('d' in jwk) && !('k' in jwk), 'holds a private or shared key; register the public key only')

export const clientEntry = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"'),
  organisation: z.string().regex(/^[A-Za-z0-9]{3,12}$/, 'must be an ODS code').transform(code => code.toUpperCase()),
  role: z.enum(ROLES),
  locality: z.string().regex(/^[a-z0-9-]+$/, 'must be the name of a folder under localities/').optional(),
  referrerKind: z.string().regex(/^[a-z0-9-]+$/, 'must be a code of the code system referrer-kind').optional(),
  scopes: z.array(z.string().refine(isScope, 'must be a SMART system scope such as system/*.read or system/Task.cruds')).min(1),
  jwks: z.strictObject({ keys: z.array(publicJwk).min(1) }),
})
export type ClientEntry = z.input<typeof clientEntry>

export const clientsFile = z.strictObject({ clients: z.array(clientEntry) })
export type ClientsFile = z.input<typeof clientsFile>

/** Reads the text of a registry file. Throws `ClientsError` naming every fault. */
export const readClients = (text: string, path: string): ReadonlyMap<string, Client> => {
  const parsed = clientsFile.safeParse(parseOr(text, path))
  if (!parsed.success) {
    const faults = parsed.error.issues.map(issue => `${issue.path.join('.') || 'the file'}: ${issue.message}`)
    throw new ClientsError(`${path} is not a registry of clients: ${faults.join('; ')}`)
  }
  const clients = new Map<string, Client>()
  for (const [index, entry] of parsed.data.clients.entries()) {
    if (clients.has(entry.id)) throw new ClientsError(`${path}: clients.${index}.id: "${entry.id}" is there twice`)
    clients.set(entry.id, {
      id: entry.id, organisation: entry.organisation, role: entry.role, locality: entry.locality,
      referrerKind: entry.referrerKind, scopes: entry.scopes,
      keys: entry.jwks.keys.map((jwk, at) => readKey(jwk, `${path}: clients.${index}.jwks.keys.${at}`)),
      fingerprint: createHash('sha256').update(JSON.stringify(entry)).digest('base64url'),
    })
  }
  return clients
}

const parseOr = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ClientsError(`${path} is not JSON: ${(error as Error).message}`)
  }
}

/** The key decides the algorithm, never the token: P-384 is ES384, RSA of at least 2048 bits is RS384, nothing else. */
const readKey = (jwk: z.output<typeof publicJwk>, where: string): ClientKey => {
  let publicKey: KeyObject
  try {
    publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new ClientsError(`${where} is not a public key in JWK form`)
  }
  const { namedCurve, modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {}
  if (publicKey.asymmetricKeyType === 'ec' && namedCurve === 'secp384r1') return { kid: jwk.kid, algorithm: 'ES384', publicKey }
  if (publicKey.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return { kid: jwk.kid, algorithm: 'RS384', publicKey }
  throw new ClientsError(`${where} must be an EC key on P-384 (ES384) or an RSA key of at least 2048 bits (RS384)`)
}

/**
 * Opens the registry at `path`. A missing file is an empty registry. Throws `ClientsError` when the file cannot be
 * used now; `onProblem` hears of it when that happens later.
 */
export const openRegistry = (path: string, onProblem: (error: Error) => void): ClientRegistry => {
  let seen = stamp(path)
  let clients = load(path)

  // Requests of one turn arrived before it: one look (8 µs) is as true for all of them as one each.
  let hasLooked = false
  const refresh = (): void => {
    if (hasLooked) return
    hasLooked = true
    setImmediate(() => { hasLooked = false })
    const now = stamp(path)
    if (now === seen) return
    seen = now
    try {
      clients = load(path)
    } catch (error) {
      onProblem(error as Error)
    }
  }

  return {
    find(id) {
      refresh()
      return clients.get(id)
    },
    get size() {
      refresh()
      return clients.size
    },
  }
}

const load = (path: string): ReadonlyMap<string, Client> => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new ClientsError(`${path} cannot be read: ${(error as Error).message}`)
  }
  return readClients(text, path)
}

/** Changes whenever the file does: a rename over it gives another inode, a write another time. */
const stamp = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.ino}:${found.mtimeMs}:${found.size}`
}
