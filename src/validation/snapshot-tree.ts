/** A snapshot's flat list of elements as a tree: an element has children, and slices, which may be sliced again. */
import type { ElementDefinition } from '../definitions/definitions.ts'

export interface SnapshotNode {
  /** Last step of the path: `identifier`, `value[x]`. */
  readonly name: string
  /** Name of the slice, with its ancestors where re-sliced: `a`, `a/b`. */
  readonly slice: string | undefined
  readonly element: ElementDefinition
  readonly children: SnapshotNode[]
  readonly slices: SnapshotNode[]
}

/** Element ids decide who is whose child (https://hl7.org/fhir/R4/elementdefinition.html#id); undefined without elements. */
export const treeOf = (elements: readonly ElementDefinition[]): SnapshotNode | undefined => {
  const byId = new Map<string, SnapshotNode>()
  let root: SnapshotNode | undefined
  for (const element of elements) {
    const dot = element.id.lastIndexOf('.')
    const last = element.id.slice(dot + 1)
    const colon = last.indexOf(':')
    const slice = colon < 0 ? undefined : last.slice(colon + 1)
    const node: SnapshotNode = { name: colon < 0 ? last : last.slice(0, colon), slice, element, children: [], slices: [] }
    byId.set(element.id, node)
    if (root === undefined) {
      root = node
    } else if (slice === undefined) {
      byId.get(element.id.slice(0, dot))?.children.push(node)
    } else {
      const sliced = element.id.slice(0, dot + 1 + colon)
      const slash = slice.lastIndexOf('/')
      const above = slash < 0 ? undefined : byId.get(`${sliced}:${slice.slice(0, slash)}`)
      ;(above ?? byId.get(sliced))?.slices.push(node)
    }
  }
  return root
}
