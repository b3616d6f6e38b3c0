/**
 * A partner's desk: takes words on standard input, a line each (`refer`, `look`), does what they mean, and says on
 * standard output what it then read from the hub, a JSON line each: `{"said": "…"}`, then `{"done": true}`, or
 * `{"failed": "…"}`. The demo drives several desks as processes of their own; by hand, type the words.
 */
import { createInterface } from 'node:readline'

export type Say = (sentence: string) => void
export type Action = (say: Say, argument: string) => Promise<void>

const tell = (line: object): void => { process.stdout.write(`${JSON.stringify(line)}\n`) }

export const runDesk = async (actions: Readonly<Record<string, Action>>): Promise<void> => {
  tell({ ready: Object.keys(actions) })
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', ...rest] = line.trim().split(' ')
    if (word === '') continue
    const action = actions[word]
    if (action === undefined) {
      tell({ failed: `there is no "${word}" here; there is ${Object.keys(actions).join(', ')}` })
      continue
    }
    try {
      await action(said => tell({ said }), rest.join(' '))
      tell({ done: true })
    } catch (error) {
      tell({ failed: explain(error) })
    }
  }
}

interface Answer { resourceType?: string; issue?: { details?: { text?: string }; diagnostics?: string }[] }

/** The hub's own words when it refused, else the error's. */
const explain = (error: unknown): string => {
  const { response, message } = error as { response?: { status?: number; data?: Answer }; message?: string }
  const issues = response?.data?.issue?.map(issue => issue.details?.text ?? issue.diagnostics ?? '') ?? []
  return [`${response?.status ?? ''} ${message ?? String(error)}`.trim(), ...issues].join(' | ')
}
