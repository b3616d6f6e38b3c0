/**
 * Reasons for which examples that others publish as good are refused: by file, the rules that are broken and the sentence of
 * R4 by which a reader can see that the example is wrong. A reason too many is a problem as much as one too few.
 */
import { table } from './set.ts'

export interface Reason {
  readonly files: readonly string[]
  /** Every rule that the file breaks. */
  readonly rules: readonly string[]
  readonly because: string
}

/** Broken rules by file, in their order. */
export type Refused = ReadonlyMap<string, readonly string[]>

export const problemsOf = (refused: Refused, reasons: readonly Reason[]): readonly string[] => {
  const given = new Map(reasons.flatMap(({ files, rules }) => files.map(file => [file, rules] as const)))
  return [
    ...[...refused].filter(([file, rules]) => rules.join() !== given.get(file)?.join())
      .map(([file, rules]) => `${file} is refused for ${rules.join(', ')}; the reasons given are for ${given.get(file)?.join(', ') ?? 'nothing'}`),
    ...[...given].filter(([file]) => !refused.has(file)).map(([file]) => `${file} is accepted: its reason is out of date`),
  ]
}

const named = (files: readonly string[]): string =>
  files.length <= 4 ? files.map(file => `\`${file}\``).join(', ') : `${files.length}: \`${files[0]}\` … \`${files.at(-1)}\``

export const reasonsTable = (reasons: readonly Reason[]): string =>
  table(['refused', 'for', 'because'], reasons.map(({ files, rules, because }) => [named(files), rules.map(rule => `\`${rule}\``).join(', '), because]))
