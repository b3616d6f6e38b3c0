/** The partners of the bench: clients with keys of their own, and the people who act for two of them. */
import { existsSync } from 'node:fs'
import { addClient, type NewClient } from '../src/access/keys.ts'

export const clients = {
  administrator: { role: 'administrator', organisation: 'ZCC00' },
  hub: { role: 'hub', organisation: 'ZCC00', locality: 'central-lancashire' },
  gp: { role: 'referrer', organisation: 'P81067', locality: 'central-lancashire', referrerKind: 'gp' },
  team: { role: 'service', organisation: 'ZCC01' },
  volunteers: { role: 'service', organisation: 'ZCC06' },
} as const satisfies Record<string, Omit<NewClient, 'id'>>

export type ClientName = keyof typeof clients

/** People who may act for an organisation of the directory; their PractitionerRole has the same id. */
export const people = {
  clinician: 'Organization/cl-care-connexions',
  nurse: 'Organization/cl-ucr-team',
  volunteer: 'Organization/cl-age-uk',
} as const

export type Person = keyof typeof people

/** Makes the registry and the keys once. */
export const registerClients = (registry: string): void => {
  if (existsSync(registry)) return
  for (const [id, client] of Object.entries(clients)) addClient(registry, { id, ...client })
}
