/**
 * Who holds whose record: of five Bundles of people three are sent by the GP's system, two by a community team. Neither
 * sees what the other sent, so that visibility has something to decide at every size.
 */
import type { ClientName } from './clients.ts'

export type Sender = Extract<ClientName, 'gp' | 'team'>

/** People whose records are sent in one transaction: 48 resources, what a system in practice exports at a time. */
export const PEOPLE_A_BUNDLE = 4

const TURN: readonly Sender[] = ['gp', 'team', 'gp', 'team', 'gp']

export const senderOf = (bundle: number): Sender => TURN[bundle % TURN.length]!

/** Everybody's number whose record a client sent, of the first `people`. */
export const peopleOf = (sender: Sender, people: number): readonly number[] =>
  Array.from({ length: people }, (_, n) => n).filter(n => senderOf(Math.floor(n / PEOPLE_A_BUNDLE)) === sender)
