/**
 * Plays stories with the desks they need, each a process of its own with its own key. Throws, with the desk's own
 * words, at the first step that did not happen.
 */
import { join } from 'node:path'
import { keyFile } from '../../src/access/keys.ts'
import { ADMINISTRATOR, cast, type Player, type PlayerName } from './cast.ts'
import { startDesk, type Desk } from './desk.ts'
import type { RunningHub } from './hub.ts'
import type { Beat, Story } from './stories.ts'

export interface Stage {
  readonly hub: RunningHub
  readonly registry: string
  /** For what a partner keeps on its own disk. */
  readonly folder: string
  readonly print: (line: string) => void
}

/** Where a program without signal finds the hub: nowhere. */
const NO_SIGNAL = 'http://127.0.0.1:1'

export interface Play {
  /** Registers who may act and switches the desks on, all at once. */
  prepare(): Promise<void>
  run(): Promise<void>
  stop(): void
}

const whoIn = (beat: Beat): PlayerName => ('kind' in beat ? beat.who : beat[0])

/** Those whom a story names, and the hub's clinician, who is always there. */
const players = (stories: readonly Story[]): readonly PlayerName[] =>
  [...new Set<PlayerName>(['hub', ...stories.flatMap(({ steps }) => steps.flatMap(({ beats }) => beats.map(whoIn)))])]

export const openPlay = (stories: readonly Story[], { hub, registry, folder, print }: Stage): Play => {
  const desks = new Map<string, Desk>()

  const start = async (name: string, { program, client, person }: Player, hasSignal: boolean): Promise<Desk> => {
    const desk = await startDesk({
      program, hub: hasSignal ? hub.url : NO_SIGNAL, client: client.id, keyFile: keyFile(registry, client.id),
      practitioner: person === undefined ? undefined : `PractitionerRole/${person[0]}`,
      env: { QUEUE: join(folder, `${name}.jsonl`) },
    })
    desks.set(name, desk)
    return desk
  }

  const deskOf = (name: string): Desk => {
    const desk = desks.get(name)
    if (desk === undefined) throw new Error(`there is no desk "${name}"`)
    return desk
  }

  const play = async (beat: Beat): Promise<void> => {
    const who = whoIn(beat)
    if (!('kind' in beat)) {
      for (const sentence of await deskOf(who).tell(beat[1])) print(`       ${sentence}`)
      return
    }
    switch (beat.kind) {
      case 'killed':
        for (const sentence of await deskOf(who).tellLast(beat.words)) print(`       ${sentence}`)
        print(`       (${cast[who].program}, told to ${beat.words}, was killed: SIGKILL)`)
        return
      case 'restart':
        deskOf(who).stop()
        await start(who, cast[who], true)
    }
  }

  return {
    async prepare() {
      const named = players(stories).map((name): readonly [PlayerName, Player] => [name, cast[name]])
      const switchOn = (chosen: typeof named): Promise<unknown> =>
        Promise.all(chosen.map(([name, player]) => start(name, player, player.isOffline !== true)))
      const acting = named.filter(([, { person }]) => person !== undefined)
      const register = async (): Promise<void> => {
        const administrator = await start('administrator', ADMINISTRATOR, true)
        for (const [, { person = [], client }] of acting) {
          const [id, given, family] = person
          await administrator.tell(`register ${id} ${client.organisation} ${given} ${family}`)
        }
      }
      await Promise.all([register().then(() => switchOn(acting)), switchOn(named.filter(([, { person }]) => person === undefined))])
    },
    async run() {
      const administrator = deskOf('administrator')
      for (const { title, steps, ending } of stories) {
        print(`\n== ${title}, ${dayOf(steps[0]?.at)}`)
        let day = dayOf(steps[0]?.at)
        for (const step of steps) {
          await administrator.tell(`clock ${step.at}`)
          print(`\n${dayOf(step.at) === day ? '' : `${dayOf(step.at)}, `}${step.at.slice(11, 16)}  ${step.title}`)
          day = dayOf(step.at)
          for (const beat of step.beats) await play(beat)
        }
        print(`\n${ending}`)
      }
    },
    stop() {
      for (const desk of desks.values()) desk.stop()
    },
  }
}

const dayOf = (at = ''): string =>
  new Date(at).toLocaleDateString('en-GB', { timeZone: 'Europe/London', weekday: 'long', day: 'numeric', month: 'long' })
