/**
 * The ledger where it is kept: a resource of the store, which every process of the hub reads and writes. What one makes of it
 * takes its place only if no other wrote meanwhile; then it is made again of what is there.
 */
import { ADMINISTRATORS } from '../../access/visibility.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import type { Extracted } from '../../search/entries.ts'
import { Conflict, type Expectation, type Store, type StoredVersion, type Write } from '../../store/store.ts'
import { frame } from '../frame.ts'
import { parseStored } from '../unit-of-work.ts'
import { EMPTY, type Ledger } from './ledger.ts'
import { LEDGER, ledgerIn, ledgerResource } from './ledger-resource.ts'

/** The ledger and the version in which it is stored; 0: not yet. */
export interface Kept {
  readonly version: number
  readonly ledger: Ledger
}

export interface KeptLedger {
  /** The latest that is known here. */
  latest(): Kept
  /** Puts what was made of `from` in its place, in one commit with what belongs to it. Rejects with the commit's Conflict. */
  save(from: Kept, ledger: Ledger, writes?: readonly Write[], expect?: readonly Expectation[]): Promise<Kept>
  /** As if it had been saved: for this process, until it ends. */
  pretend(ledger: Ledger): void
  /** Runs `work`, and again from the latest where another process saved meanwhile. */
  onLatest(work: () => Promise<void>): Promise<void>
}

export const openKeptLedger = async (store: Store, extract: (resource: Resource) => Extracted): Promise<KeptLedger> => {
  let kept: Kept = { version: 0, ledger: EMPTY }

  const adopt = (stored: StoredVersion | undefined): void => {
    if (stored === undefined || stored.version <= kept.version) return
    kept = { version: stored.version, ledger: stored.deleted ? EMPTY : ledgerIn(parseStored(stored)) }
  }

  store.onCommit(({ versions }) => {
    for (const version of versions) if (refText(version.ref) === refText(LEDGER)) adopt(version)
  })
  adopt(await store.read(LEDGER, { kind: 'all' }))

  return {
    latest: () => kept,
    async save({ version }, ledger, writes = [], expect = []) {
      const resource = ledgerResource(ledger)
      await store.commit({ expect, writes: [...writes, {
        kind: 'put', ref: LEDGER, replaces: version, method: 'PUT', json: frame(resource, version + 1), index: extract(resource),
        audience: [ADMINISTRATORS],
      }] })
      const saved = { version: version + 1, ledger }
      if (kept.version <= saved.version) kept = saved
      return saved
    },
    pretend: ledger => { kept = { ...kept, ledger } },
    async onLatest(work) {
      for (;;) {
        try {
          return await work()
        } catch (error) {
          if (!isPassedBy(error, LEDGER)) throw error
          adopt(await store.read(LEDGER, { kind: 'all' }))
        }
      }
    },
  }
}

/** Whether a commit failed because somebody wrote the resource since it was read. */
export const isPassedBy = (error: unknown, ref: ResourceRef): boolean =>
  error instanceof Conflict && error.failed.kind === 'version' && refText(error.failed.ref) === refText(ref)
