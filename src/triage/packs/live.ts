/**
 * The packs in force, which can be reloaded while the hub runs. All or nothing: where one pack has a fault, or changes
 * what it says and keeps its version, none changes and the old ones stay in force. Whoever triages takes what is in force
 * at that moment; no request waits.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Locality } from '../../directory/load.ts'
import { compilePack, triageOf, type CompiledPack, type Triage } from '../load.ts'
import { doubtsAbout } from './doubts.ts'
import { faultText, PackRefused, type PackFault } from './faults.ts'

export interface LivePacks extends Triage {
  /**
   * Reads the packs' files again.
   *
   * @param publish makes a pack known that comes into force, before it is
   * @throws PacksRefused, with nothing changed
   */
  reload(publish: (pack: CompiledPack) => Promise<unknown>): Promise<readonly Reloaded[]>
}

export interface Reloaded {
  readonly locality: string
  readonly canonical: string
  readonly version: string
  /** The version that was in force; absent where the pack is as it was. */
  readonly was?: string
}

export interface RefusedPack {
  /** `central-lancashire/pack.json` */
  readonly file: string
  readonly faults: readonly PackFault[]
}

export class PacksRefused extends Error {
  readonly refused: readonly RefusedPack[]

  constructor(refused: readonly RefusedPack[]) {
    super(`${refused.map(({ file }) => file).join(', ')} refused; the packs in force stay`)
    this.name = 'PacksRefused'
    this.refused = refused
  }
}

/** For the operator, a line for each fault. */
export const refusalText = ({ message, refused }: PacksRefused): string =>
  [message, ...refused.flatMap(({ file, faults }) => faults.map(fault => `  ${faultText(file, fault)}`))].join('\n')

/** @throws PackRefused for the first locality whose pack has a fault */
export const openPacks = (localities: readonly Locality[]): LivePacks => {
  let inForce = triageOf(localities.map(compilePack))
  let running: Promise<unknown> = Promise.resolve()

  const reload = async (publish: (pack: CompiledPack) => Promise<unknown>): Promise<readonly Reloaded[]> => {
    const before = inForce.packs
    const read = await Promise.all(before.map(async pack => [pack, await readFile(pack.locality.pack.file, 'utf8')] as const))
    const refused: RefusedPack[] = []
    const next: CompiledPack[] = []
    for (const [pack, text] of read) {
      const judged: Judged = text === pack.locality.pack.text ? { kind: 'compiled', pack } : await judge(pack, text)
      if (judged.kind === 'compiled') next.push(judged.pack)
      else refused.push({ file: `${pack.locality.name}/${basename(pack.locality.pack.file)}`, faults: judged.faults })
    }
    if (refused.length > 0) throw new PacksRefused(refused)
    for (const pack of next) if (!before.includes(pack)) await publish(pack)
    inForce = triageOf(next)
    return next.map((pack, index) => ({
      locality: pack.locality.name, canonical: pack.pack.url, version: pack.pack.version,
      ...(pack === before[index] ? {} : { was: before[index]?.pack.version ?? '' }),
    }))
  }

  return {
    get packs() { return inForce.packs },
    get vocabulary() { return inForce.vocabulary },
    /** One after another, so that the last that was asked for is in force at the end. */
    reload(publish) {
      const turn = running.then(() => reload(publish))
      running = turn.catch(() => undefined)
      return turn
    },
  }
}

type Judged =
  | { readonly kind: 'compiled'; readonly pack: CompiledPack }
  | { readonly kind: 'refused'; readonly faults: readonly PackFault[] }

/** Requests come in between: compiling takes some 5 ms, the doubts as much again. */
const judge = async (before: CompiledPack, text: string): Promise<Judged> => {
  try {
    await setImmediate()
    const pack = compilePack({ ...before.locality, pack: { ...before.locality.pack, text } })
    await setImmediate()
    const wrong = [...identityFaults(before, pack), ...doubtsAbout(pack).filter(({ severity }) => severity === 'error')]
    return wrong.length === 0 ? { kind: 'compiled', pack } : { kind: 'refused', faults: wrong.map(pack.place) }
  } catch (error) {
    if (!(error instanceof PackRefused)) throw error
    return { kind: 'refused', faults: error.faults }
  }
}

/** Answers cite a pack by its url and version: neither may come to mean something else. */
const identityFaults = ({ pack: before }: CompiledPack, { pack }: CompiledPack) => [
  ...(pack.id === before.id ? [] : [{ pointer: '/id', text: `is "${pack.id}"; the pack in force is "${before.id}"` }]),
  ...(pack.url === before.url ? [] : [{ pointer: '/url', text: `is "${pack.url}"; the pack in force is "${before.url}"` }]),
  ...(pack.version === before.version && JSON.stringify(pack) !== JSON.stringify(before)
    ? [{ pointer: '/version', text: `is ${pack.version} as that of the pack in force, which says something else; raise it` }] : []),
]
