/** Who plays: each partner's program, its registered client and the person who acts for it. All are invented. */
import type { NewClient } from '../../src/access/keys.ts'

export interface Player {
  /** File in examples/partners/. */
  readonly program: string
  readonly client: NewClient
  /** Who acts, where a step needs a named person: id, given and family name. */
  readonly person?: readonly [id: string, given: string, family: string]
  /** Has a queue of its own on disk, and no signal when it is switched on. */
  readonly isOffline?: true
}

const LOCALITY = 'central-lancashire'
const EAST_STAFFORDSHIRE = 'east-staffordshire'
const HUB_ODS = 'ZCC00'

export const ADMINISTRATOR: Player = {
  program: 'administrator', client: { id: 'demo-administrator', role: 'administrator', organisation: HUB_ODS },
}

export const cast = {
  gp: { program: 'gp', client: { id: 'demo-gp', role: 'referrer', organisation: 'P81067', referrerKind: 'gp', locality: LOCALITY } },
  crew: {
    program: 'terminal', isOffline: true,
    client: { id: 'demo-crew', role: 'referrer', organisation: 'RX7', referrerKind: 'ambulance', locality: LOCALITY },
  },
  home: {
    program: 'care-home', client: { id: 'demo-home', role: 'referrer', organisation: 'ZCH01', referrerKind: 'care-home', locality: LOCALITY },
  },
  hub: {
    program: 'hub-desk', client: { id: 'demo-hub', role: 'hub', organisation: HUB_ODS, locality: LOCALITY },
    person: ['demo-clinician', 'Amina', 'Whitfield'],
  },
  team: {
    program: 'two-hour-response', client: { id: 'demo-team', role: 'service', organisation: 'ZCC01' },
    person: ['demo-practitioner', 'Joseph', 'Pemberton'],
  },
  ward: {
    program: 'virtual-ward', client: { id: 'demo-ward', role: 'service', organisation: 'ZCC02' },
    person: ['demo-consultant', 'Grace', 'Okafor'],
  },
  clinic: {
    program: 'same-day-care', client: { id: 'demo-clinic', role: 'service', organisation: 'ZCC03' },
    person: ['demo-physician', 'Ravi', 'Menon'],
  },
  socialWorker: {
    program: 'social-worker',
    client: { id: 'demo-social-worker', role: 'referrer', organisation: 'ZES20', referrerKind: 'social-care', locality: EAST_STAFFORDSHIRE },
  },
  nurse: {
    program: 'hub-desk', client: { id: 'demo-nurse', role: 'hub', organisation: 'ZES00', locality: EAST_STAFFORDSHIRE },
    person: ['demo-nurse', 'Beverley', 'Tunnicliffe'],
  },
  interventionTeam: {
    program: 'intervention-team', client: { id: 'demo-intervention-team', role: 'service', organisation: 'ZES02' },
    person: ['demo-therapist', 'Kofi', 'Mensah'],
  },
  integrator: { program: 'integrator', client: { id: 'demo-integrator', role: 'integrator', organisation: 'ZZZ99' } },
} as const satisfies Record<string, Player>

export type PlayerName = keyof typeof cast
