/** Separators in values and their escapes, `\$` `\,` `\|` `\\`: https://hl7.org/fhir/R4/search.html#escaping */

/** Splits at each unescaped separator; the parts keep their escapes. */
export const splitEscaped = (value: string, separator: ',' | '|' | '$'): readonly string[] => {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === separator) {
      parts.push(value.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, value.slice(start)]
}

/** The text that escapes stand for; undefined when a backslash stands before anything else, or at the end. */
export const unescaped = (part: string): string | undefined => {
  if (!part.includes('\\')) return part
  if (/(?:^|[^\\])(?:\\\\)*\\(?:[^\\,|$]|$)/.test(part)) return undefined
  return part.replace(/\\([\\,|$])/g, '$1')
}

/** What `unescaped` undoes. */
export const escaped = (text: string): string => text.replace(/[\\,|$]/g, '\\$&')
