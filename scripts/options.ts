/**
 * The options that a program was started with. What cannot be read, and `--help`, ends it with what was wrong and how it is
 * called: exit status 2.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'

export const optionsOf = <const C extends ParseArgsConfig>(usage: string, config: C): ReturnType<typeof parseArgs<C>> => {
  try {
    return parseArgs(config)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    process.exit(2)
  }
}
