/**
 * A queue of referrals on a terminal's disk that outlives its own sudden end: a log that is only ever appended to, a
 * JSON record a line, each on the disk (fsync) before anybody is told of it. What a crash left half-written at the end
 * is cut off when the log is opened; nothing before it can have been touched.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Bundle } from 'fhir/r4.js'
import type { Receipt } from './submitting.ts'

/** A referral as it will be sent, each time with the same ids. */
export interface Queued {
  readonly incident: string
  readonly requestId: string
  readonly bundle: Bundle
}

export type Answer =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** The hub will not have it: sending it again would not help, a person must ring. */
  | { readonly kind: 'refusal'; readonly why: string }

type Entry =
  | { readonly kind: 'referral'; readonly queued: Queued }
  | { readonly kind: 'answer'; readonly incident: string; readonly answer: Answer }

export interface Queue {
  /** Durable when it returns. A case that is queued already stays as it was written first; answers whether it is new. */
  add(queued: Queued): boolean
  /** Durable when it returns. */
  answered(incident: string, answer: Answer): void
  /** What has no answer yet, oldest first. */
  waiting(): readonly Queued[]
  answerTo(incident: string): Answer | undefined
  close(): void
}

export const openQueue = (file: string): Queue => {
  const log = openLog(file)
  const queued = new Map<string, Queued>()
  const answers = new Map<string, Answer>()
  for (const entry of log.entries) {
    if (entry.kind === 'referral') queued.set(entry.queued.incident, entry.queued)
    else answers.set(entry.incident, entry.answer)
  }
  return {
    add(fresh) {
      if (queued.has(fresh.incident)) return false
      log.append({ kind: 'referral', queued: fresh })
      queued.set(fresh.incident, fresh)
      return true
    },
    answered(incident, answer) {
      log.append({ kind: 'answer', incident, answer })
      answers.set(incident, answer)
    },
    waiting: () => [...queued.values()].filter(({ incident }) => !answers.has(incident)),
    answerTo: incident => answers.get(incident),
    close: () => closeSync(log.descriptor),
  }
}

const openLog = (file: string): { descriptor: number; entries: readonly Entry[]; append: (entry: Entry) => void } => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const { entries, length } = whole(text)
  const descriptor = openSync(file, 'a', 0o600)
  if (length < Buffer.byteLength(text)) ftruncateSync(descriptor, length)
  fsyncSync(descriptor)
  syncFolder(dirname(file))
  return {
    descriptor, entries,
    append(entry) {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      for (let written = 0; written < line.length;) written += writeSync(descriptor, line, written)
      fsyncSync(descriptor)
    },
  }
}

/** A new file is only there for good when its folder is on the disk too. */
const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** The records up to the first that is not whole, and how many bytes they take. */
const whole = (text: string): { entries: readonly Entry[]; length: number } => {
  const entries: Entry[] = []
  let length = 0
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = parsed(line)
    if (entry === undefined) break
    entries.push(entry)
    length += Buffer.byteLength(line) + 1
  }
  return { entries, length }
}

const parsed = (line: string): Entry | undefined => {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}
