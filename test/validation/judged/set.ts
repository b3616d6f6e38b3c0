/**
 * A judged set: resources whose verdict others gave, or that are good or bad by how they were made. Each set fills a
 * section of docs/validation.md with what came out; `npm run validate:cases` writes the sections, and the tests that run
 * a set compare theirs.
 */
import { readFileSync } from 'node:fs'

export interface Judgement {
  /** Markdown of the set's section; says the same on every run of the same validator. */
  readonly section: string
  /** What was expected otherwise: an alarm or a silence for which no reason is given, a reason that is no longer needed. */
  readonly problems: readonly string[]
  /** What is another on every run: times. */
  readonly notes?: readonly string[]
}

export interface JudgedSet {
  /** Name of its section. */
  readonly name: string
  /** Why it cannot be run here. */
  readonly missing: string | undefined
  readonly run: () => Judgement
}

export const PAGE = new URL('../../../docs/validation.md', import.meta.url)

const marks = (name: string): readonly [string, string] => [`<!-- validate:cases ${name} -->\n`, `<!-- validate:cases end of ${name} -->\n`]

const borders = (page: string, name: string): readonly [number, number] => {
  const [opening, closing] = marks(name)
  const start = page.indexOf(opening)
  const end = page.indexOf(closing)
  if (start < 0 || end < start) throw new Error(`docs/validation.md has no section between ${opening.trim()} and ${closing.trim()}`)
  return [start + opening.length, end]
}

/** The section as it stands on the page. */
export const sectionOf = (name: string, page: string = readFileSync(PAGE, 'utf8')): string => page.slice(...borders(page, name))

/** The page with another section of this name. */
export const withSection = (page: string, name: string, section: string): string => {
  const [start, end] = borders(page, name)
  return page.slice(0, start) + section + page.slice(end)
}

/** A cell of a Markdown table. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map(cells => `| ${cells.map(cell).join(' | ')} |\n`).join('').replaceAll('| --- ', '|---').replaceAll('|--- |', '|---|')
