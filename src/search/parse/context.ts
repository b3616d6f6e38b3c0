/** What every part of the parser may ask, and the pieces of one criterion's key. */
import type { Definitions, SearchParameter } from '../../definitions/definitions.ts'

export interface ParseContext {
  readonly definitions: Definitions
  /** This server's own addresses, under which absolute references are local. */
  readonly bases: readonly string[]
  /** Milliseconds; what `ap` measures from. */
  readonly now: number
}

/** One parameter as asked: `key` is the whole name in the query (`subject:Patient.birthdate`), for error texts. */
export interface Asked {
  readonly context: ParseContext
  readonly key: string
  /** Type whose parameter it is. */
  readonly type: string
  readonly parameter: SearchParameter
  readonly modifier: string | undefined
}
