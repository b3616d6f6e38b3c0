/**
 * Following one's own referrals by polling, as every referrer may: `GET /Task?owner=[hub]&_lastUpdated=ge…`, dropping
 * the versions that are known. Nobody has to be told to look, and nothing is told twice.
 */
import type { Bundle, Task } from 'fhir/r4.js'
import { businessOf, codeOf, coordinatingOf, isOpen, readReferral, resources, tasksOf } from './case.ts'
import type { Connection } from './connection.ts'

export interface Follower {
  /** Versions of coordinating Tasks that are new since the last time, in the order in which they came to be. */
  news(connection: Connection, referralId: string): Promise<readonly Task[]>
}

export const startFollowing = (): Follower => {
  const known = new Set<string>()
  let lastSeen = ''
  return {
    async news(connection, referralId) {
      const hub = (await coordinatingOf(connection, referralId)).owner?.reference
      if (hub === undefined) throw new Error('nobody owns the referral')
      const bundle = await connection.fhir.search({
        resourceType: 'Task',
        searchParams: { owner: hub, _sort: '_lastUpdated', ...(lastSeen === '' ? {} : { _lastUpdated: `ge${lastSeen}` }) },
        options: connection.request(),
      }) as unknown as Bundle
      const fresh = resources<Task>(bundle).filter(task => codeOf(task) === 'coordinate' && !known.has(versionOf(task)))
      for (const task of fresh) {
        known.add(versionOf(task))
        lastSeen = task.meta?.lastUpdated ?? lastSeen
      }
      return fresh
    },
  }
}

const versionOf = (task: Task): string => `${task.id}/${task.meta?.versionId}`

/** Throws when the referral is not where it should be by now. `state` empty: anywhere. */
export const expectState = async (connection: Connection, referralId: string, state: string): Promise<Task> => {
  const task = await coordinatingOf(connection, referralId)
  if (state !== '' && businessOf(task) !== state) throw new Error(`Task/${task.id} is ${businessOf(task)}, not ${state}`)
  return task
}

/** Throws unless the referral is completed and none of its Tasks is open. */
export const expectFinished = async (connection: Connection, referralId: string): Promise<string> => {
  const referral = await readReferral(connection, referralId)
  const open = (await tasksOf(connection, referralId)).filter(isOpen)
  if (referral.status !== 'completed' || open.length > 0) {
    throw new Error(`not finished: ServiceRequest/${referralId} is ${referral.status}, ${open.length} Tasks are open`)
  }
  return `ServiceRequest/${referral.id}: ${referral.status}; nothing is left to do`
}
