/** Callers of each role for tests of this folder. */
import type { Caller, Role } from '../../src/access/caller.ts'

export const callerOf = (role: Role, given: Partial<Caller> = {}): Caller => ({
  client: `${role}-1`, organisation: 'P81001', role, locality: undefined, referrerKind: undefined,
  scopes: ['system/*.*'], practitioner: undefined, ...given,
})
