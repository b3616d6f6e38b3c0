/**
 * The postcode directory in force: read when the hub starts, read again whenever its file is another. A file that
 * cannot be used is told of and changes nothing: what was in force stays. So it does when the file goes.
 */
import { stat } from 'node:fs/promises'
import { readTable } from './file.ts'
import type { PostcodeTable, Postcodes } from './table.ts'

export interface LivePostcodes extends Postcodes {
  /** Looks at the file now; resolves when what it holds is in force, or was refused. */
  refresh(): Promise<void>
  close(): void
}

export interface PostcodesListener {
  /** The file cannot be used; told once. */
  readonly onProblem: (error: Error) => void
  /** Another directory is in force than when the hub started. */
  readonly onChange: (table: PostcodeTable) => void
}

/** How often the file is looked at. An import is a thing of every quarter; one look is 30 us, off the serving thread. */
const LOOK_MS = 5_000

/** A missing file is no directory. Never rejects. */
export const openPostcodes = async (path: string, { onProblem, onChange }: PostcodesListener): Promise<LivePostcodes> => {
  let table: PostcodeTable | undefined
  let seen = ''
  let isOpening = true
  let problem: string | undefined
  const look = async (): Promise<void> => {
    try {
      const now = await stampOf(path)
      if (now === seen) return
      seen = now
      if (now === '') return
      table = await readTable(path)
      problem = undefined
      if (!isOpening) onChange(table)
    } catch (error) {
      if ((error as Error).message !== problem) onProblem(error as Error)
      problem = (error as Error).message
    }
  }
  let looking = Promise.resolve()
  const refresh = (): Promise<void> => (looking = looking.then(look))
  await refresh()
  isOpening = false
  const timer = setInterval(() => void refresh(), LOOK_MS).unref()
  return {
    get table() { return table },
    refresh,
    close: () => clearInterval(timer),
  }
}

/** What is in force, for the operator. */
export const shownCoverage = ({ table }: Postcodes): string => (table === undefined
  ? 'no postcode directory is imported, postcodes are placed by their sectors'
  : `${table.size} postcodes of ${table.origin.source} (${table.origin.format}), imported ${table.origin.importedAt.slice(0, 10)}`)

/** Changes whenever the file does: a rename over it gives another inode, a write another time. */
const stampOf = async (path: string): Promise<string> => {
  try {
    const { ino, mtimeMs, size } = await stat(path)
    return `${ino}:${mtimeMs}:${size}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
