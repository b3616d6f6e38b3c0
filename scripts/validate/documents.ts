/** What a file holds: one resource as JSON, or one in each line (NDJSON). "-" is standard input. */
import { readFileSync } from 'node:fs'

export interface Document {
  /** The file, and the line in it where each line is a resource. */
  readonly name: string
  readonly text: string
}

/** A line that is a whole object, followed by others: no resource is written so but in NDJSON. */
const isNdjson = (file: string, lines: readonly string[]): boolean => {
  if (/\.(?:ndjson|jsonl)$/.test(file)) return true
  const [first = '', second] = lines.filter(line => line.trim() !== '')
  return second?.trimStart().startsWith('{') === true && first.trimStart().startsWith('{') && isJson(first)
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** @throws Error where the file cannot be read */
export const documentsIn = (file: string): readonly Document[] => {
  const name = file === '-' ? 'standard input' : file
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '')
  const lines = text.split('\n')
  if (!isNdjson(file, lines)) return [{ name, text }]
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [{ name: `${name}:${i + 1}`, text: line }]))
}
