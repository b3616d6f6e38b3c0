/** A registry, keys and token issue in a temporary folder, with real keys and a clock in hand; for tests of this folder and http/. */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import type { AuditEntry } from '../../src/access/audit.ts'
import type { ActingPractitioner } from '../../src/access/caller.ts'
import { openRegistry, type ClientRegistry } from '../../src/access/clients.ts'
import type { GrantParts } from '../../src/access/grant.ts'
import { addClient, readPrivateKey, type NewClient } from '../../src/access/keys.ts'
import { createReplayMemory } from '../../src/access/replay.ts'
import { createTokens, loadTokenKey, type Tokens } from '../../src/access/tokens.ts'

export const TOKEN_ENDPOINT = 'http://127.0.0.1:3000/token'

export const drJones: ActingPractitioner = { role: 'PractitionerRole/r1', practitioner: 'Practitioner/p1', name: 'Dr Ada Jones' }

export interface AccessHub {
  readonly folder: string
  readonly registryFile: string
  readonly registry: ClientRegistry
  readonly tokens: Tokens
  readonly grant: GrantParts
  readonly audited: AuditEntry[]
  /** Seconds; moved by hand. */
  time: { now: number }
  add(client: NewClient): void
  /** An assertion as a good client signs it, with claims and header changed as given. */
  assertion(client: string, claims?: Readonly<Record<string, unknown>>, header?: { kid?: string; alg?: string; crit?: string[] }): Promise<string>
  dispose(): void
}

export const openAccessHub = (): AccessHub => {
  const folder = mkdtempSync(join(tmpdir(), 'access-'))
  const registryFile = join(folder, 'clients.json')
  const registry = openRegistry(registryFile, error => { throw error })
  const time = { now: Math.floor(Date.now() / 1000) }
  const now = (): number => time.now
  const tokens = createTokens({ key: loadTokenKey(join(folder, 'keys', 'hub-tokens.json')), registry, now })
  const audited: AuditEntry[] = []
  return {
    folder, registryFile, registry, tokens, audited, time,
    grant: {
      registry, tokens, now, replay: createReplayMemory(), audiences: () => [TOKEN_ENDPOINT], clock: { now: () => 0 },
      findActingPractitioner: async (claim, organisation) =>
        (organisation === 'P81001' && claim.kind === 'role' && claim.id === 'r1' ? drJones : undefined),
      audit: async entry => { audited.push(entry) },
    },
    add: client => { addClient(registryFile, client) },
    async assertion(client, claims = {}, header = {}) {
      const key = readPrivateKey(registryFile, client)
      const payload = { iss: client, sub: client, aud: TOKEN_ENDPOINT, exp: time.now + 120, jti: randomUUID(), ...claims }
      return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(await importJWK(key, key.alg))
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A key that nobody registered. */
export const strangersKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
