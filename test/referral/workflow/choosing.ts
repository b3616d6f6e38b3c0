/** Which step is worth taking next: one whose edge is rare so far, or that leads to where rare edges are. */
import { transitions, type Transition } from '../../../src/referral/transitions.ts'
import { edgeOf, type Counts } from './table.ts'

interface Node {
  readonly kind: string
  readonly status: string
  readonly business: string
}

/** Tasks that a step of another Task makes or wakes. */
const MAKES: Partial<Record<Transition['entails'][number], Node>> = {
  'offer-proposed': { kind: 'offer', status: 'requested', business: 'offered' },
  'offer-chosen': { kind: 'offer', status: 'requested', business: 'offered' },
  'offer-next': { kind: 'offer', status: 'requested', business: 'offered' },
  'redirect': { kind: 'redirect', status: 'requested', business: 'redirected' },
  'ask-sender': { kind: 'request-info', status: 'requested', business: 'info-requested' },
  'resume-triage': { kind: 'triage', status: 'in-progress', business: 'triage-proposed' },
  'hand-to-ambulance': { kind: 'follow-up', status: 'requested', business: 'returned-to-ambulance' },
}

const leading = (node: Node): readonly Transition[] => transitions.filter(({ kind, from }) =>
  kind === node.kind && from.some(({ status, business }) => status === node.status && business === node.business))

const nextNodes = (row: Transition): readonly Node[] => [
  { kind: row.kind, ...row.to },
  ...row.entails.flatMap(consequence => MAKES[consequence] ?? []),
  // The coordinating Task says what the others do.
  { kind: 'coordinate', status: 'in-progress', business: row.to.business },
]

/** Edges that can be taken some time after a row, with how many steps lie between. */
const edgesAfter = (first: Transition): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const seen = new Set<string>()
  let nodes = isEnd(first) ? [] : [...nextNodes(first)]
  for (let steps = 0; nodes.length > 0; steps += 1) {
    const beyond: Node[] = []
    for (const node of nodes.filter(({ kind, status, business }) => !seen.has(`${kind} ${status}/${business}`))) {
      seen.add(`${node.kind} ${node.status}/${node.business}`)
      for (const row of leading(node)) {
        const edge = edgeOf(row, node)
        if (!found.has(edge)) found.set(edge, steps)
        if (!isEnd(row)) beyond.push(...nextNodes(row))
      }
    }
    nodes = beyond
  }
  return found
}

const isEnd = ({ entails }: Transition): boolean => entails.includes('close-referral') || entails.includes('cancel-referral')

const after = new Map(transitions.map(row => [row, edgesAfter(row)]))

/** What a rare edge is worth when it lies a step further off. */
const FURTHER = 0.4

/** The weight of taking a row from a state, when every edge is wanted `times` times. */
export const worth = (row: Transition, from: { readonly status: string; readonly business: string }, counts: Counts, times: number): number => {
  const isRare = (edge: string): boolean => (counts.get(edge) ?? 0) < times
  let weight = isRare(edgeOf(row, from)) ? 1 : 0.02
  for (const [edge, steps] of after.get(row) ?? []) if (isRare(edge)) weight += FURTHER ** (steps + 1)
  return weight
}
