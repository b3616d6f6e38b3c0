/** Canonicals as definitions are found by them: `url`, or `url|version`. https://hl7.org/fhir/R4/references.html#canonical */

/** A canonical without its `|version`. */
export const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0] ?? canonical

/** What stands behind the `|`. */
export const versionIn = (canonical: string): string | undefined => {
  const bar = canonical.indexOf('|')
  return bar < 0 ? undefined : canonical.slice(bar + 1)
}

/** R4's own definitions have one version here, whatever a canonical says; HL7's terminology came in R4's version with it. */
export const isOfR4 = (canonical: string): boolean => canonical.startsWith('http://hl7.org/fhir/') || canonical.endsWith('|4.0.1')

/** Whether a definition of one version answers to another: `2.0.2-hub.1` restates `2.0.2`. */
export const isVersion = (have: string | undefined, asked: string): boolean =>
  have === asked || have?.startsWith(`${asked}-hub.`) === true

/**
 * The newer first, none last, for a canonical that names no version: numbers by their size, a pre-release (`1.0.0-draft`) before
 * its release (https://semver.org/#spec-item-11), everything else by its letters.
 */
export const newestFirst = (one: string | undefined, other: string | undefined): number => {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined)
  const left = partsOf(one)
  const right = partsOf(other)
  const order = compareParts(right.release, left.release)
  if (order !== 0) return order
  if (left.before.length === 0 || right.before.length === 0) return right.before.length === 0 ? left.before.length : -right.before.length
  return compareParts(right.before, left.before)
}

const partsOf = (version: string): { readonly release: readonly string[]; readonly before: readonly string[] } => {
  const [release = '', ...before] = version.split('+', 1)[0]!.split('-')
  return { release: release.split('.'), before: before.length === 0 ? [] : before.join('-').split('.') }
}

const compareParts = (one: readonly string[], other: readonly string[]): number => {
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const [left, right] = [one[i], other[i]]
    if (left === right) continue
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    const difference = /^\d+$/.test(left) && /^\d+$/.test(right) ? Number(left) - Number(right) : left < right ? -1 : 1
    if (difference !== 0) return difference
  }
  return 0
}
