/**
 * A person who stays with the ambulance service: open offers end, and the hub looks after them when its day begins
 * (domain 3.2 x6; model, hours: a follow-up Task for 08:15).
 */
import type { Task } from 'fhir/r4.js'
import { londonInstant, londonTime } from '../directory/london.ts'
import { instant } from '../fhir/clock.ts'
import type { Unit } from '../rest/unit.ts'
import { endParts } from './completion.ts'
import { makePart } from './parts.ts'
import type { Referral } from './referral.ts'
import { FOLLOW_UP_AT_MS } from './times.ts'

/** Ends what is open and gives the hub its follow-up Task. */
export const handToAmbulance = async (unit: Unit, referral: Referral): Promise<Task> => {
  await endParts(unit, referral, 'returned-to-ambulance')
  return makePart(unit, referral, 'follow-up', {
    status: 'requested', business: 'returned-to-ambulance', owner: referral.coordinating?.owner, due: instant(nextMorning(unit.now)),
  })
}

/** The next time London's clocks show when the hub's day begins. */
const nextMorning = (now: number): number => {
  const { day } = londonTime(now)
  const today = londonInstant(day, FOLLOW_UP_AT_MS)
  return today > now ? today : londonInstant(day + 1, FOLLOW_UP_AT_MS)
}
