/** What every interaction and operation is given: the parts of the rest room, made once in `hub.ts`. */
import type { Clock } from '../fhir/clock.ts'
import type { Definitions } from '../definitions/definitions.ts'
import type { OperationRegistry } from './operations.ts'
import type { Unindexed } from './reindex/unindexed.ts'
import type { Repository } from './repository.ts'

/** What the operator leaves open to clients (docs/configuration.md). */
export interface Policy {
  /** A PUT to an id that nothing has creates there. */
  readonly updateCreate: boolean
  /** What a conditional delete does with several matches: refuses them, or deletes all of a bounded number. */
  readonly conditionalDelete: 'single' | 'multiple'
}

export interface RestParts {
  readonly repository: Repository
  /**
   * What is defined now. The hub's own search parameters come and go, so each request asks anew; a value that it was
   * given never changes.
   */
  readonly definitions: Definitions
  /** What searches by the hub's own parameters may miss. */
  readonly unindexed: Unindexed
  readonly clock: Clock
  readonly operations: OperationRegistry
  /** Secret that seals page links; the same on every process of one hub. */
  readonly pageKey: Uint8Array
  readonly policy: Policy
}
