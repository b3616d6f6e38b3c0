/** What every interaction and operation is given: the parts of the rest room, made once in `hub.ts`. */
import type { Clock } from '../fhir/clock.ts'
import type { Definitions } from '../definitions/definitions.ts'
import type { OperationRegistry } from './operations.ts'
import type { Repository } from './repository.ts'

export interface RestParts {
  readonly repository: Repository
  readonly definitions: Definitions
  readonly clock: Clock
  readonly operations: OperationRegistry
  /** Secret that seals page links; the same on every process of one hub. */
  readonly pageKey: Uint8Array
}
