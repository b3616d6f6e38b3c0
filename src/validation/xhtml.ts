/**
 * Narrative.div: the part of XHTML that R4 allows, well formed, with something to read in it.
 * txt-1 (elements and attributes) and txt-2 (content) of https://hl7.org/fhir/R4/narrative.html#xhtml.
 */

import type { Finding } from './findings.ts'
import { entities } from './xhtml-entities.ts'

export interface NarrativeFault {
  readonly rule: 'txt-1' | 'txt-2'
  readonly problem: string
}

const NAMESPACE = 'http://www.w3.org/1999/xhtml'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** HTML 4 chapters 7-11 (except section 4 of chapter 9) and 15, `a` and `img`, as R4 lists them. */
const ELEMENTS = words('div p h1 h2 h3 h4 h5 h6 address pre blockquote hr br span bdo em strong dfn code samp kbd var cite abbr '
  + 'acronym q sub sup ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt i b big small u s strike font '
  + 'center dir a img map area ins del')
const ATTRIBUTES = words('title style class id lang dir accesskey tabindex span width align valign char charoff abbr axis headers '
  + 'scope rowspan colspan type name href hreflang rel rev charset coords shape src alt longdesc height usemap ismap cite summary '
  + 'border frame rules cellspacing cellpadding bgcolor nowrap start value compact clear size color face noshade xmlns xml:lang '
  + 'xml:space datetime hspace vspace')
const AMPERSAND = /&(?:(#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)?/g
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9:._-]*)((?:\s+[A-Za-z_:][A-Za-z0-9:._-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([A-Za-z_:][A-Za-z0-9:._-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** https://www.w3.org/TR/xml/#charsets */
const isCharacter = (code: number): boolean =>
  code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)

/** An `&` that begins no entity, or a name that XHTML does not have. */
const entityFault = (text: string): string | undefined => {
  for (const [, entity] of text.matchAll(AMPERSAND)) {
    if (entity === undefined) return 'an "&" does not begin an entity; write it as &amp;'
    if (entity.startsWith('#') && !isCharacter(Number(entity.slice(1).replace(/^x/, '0x')))) return `&${entity.slice(0, 20)}; is no character of XML; remove it`
    if (!entity.startsWith('#') && !entities.has(entity)) return `&${entity.slice(0, 20)}; is no entity of XHTML; write the character itself`
  }
  return undefined
}

/** What people are told of a narrative, or undefined. */
export const narrativeFinding = (div: string): Finding | undefined => {
  const fault = narrativeFault(div)
  if (fault === undefined) return undefined
  const remedy = fault.rule === 'txt-1' ? 'send well-formed XHTML with the formatting elements of https://hl7.org/fhir/R4/narrative.html#xhtml only' : 'add text, or leave the narrative out'
  return { severity: 'error', type: 'invariant', code: fault.rule, text: `${fault.problem}; ${remedy}` }
}

let last: { readonly div: string; readonly fault: NarrativeFault | undefined } | undefined

/** The first thing wrong with a narrative, or undefined. Two rules ask the same text one after the other: it is read once. */
export const narrativeFault = (div: string): NarrativeFault | undefined => {
  if (last?.div !== div) last = { div, fault: readNarrative(div) }
  return last.fault
}

/** What is wrong with the attributes of an element; the root says its namespace. */
const attributesFault = (attributes: string, isRoot: boolean): string | undefined => {
  const named = new Map<string, string>()
  for (const [, attribute = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    const value = double ?? single ?? ''
    if (named.has(attribute)) return `the attribute "${attribute}" is there twice in one element`
    named.set(attribute, value)
    const fault = value.includes('&') ? entityFault(value) : undefined
    if (fault !== undefined) return fault
    if (!ATTRIBUTES.has(attribute) && !attribute.startsWith('xmlns:')) return `the attribute "${attribute}" is not allowed in a narrative`
    if (/^\s*(?:javascript|vbscript)\s*:/i.test(value)) return `the attribute "${attribute}" holds a script`
  }
  return isRoot && named.get('xmlns') !== NAMESPACE ? `the div must say its namespace; begin it as <div xmlns="${NAMESPACE}">` : undefined
}

/** One pass; time is linear in the length. */
const readNarrative = (div: string): NarrativeFault | undefined => {
  const wrong = (problem: string): NarrativeFault => ({ rule: 'txt-1', problem })
  const open: string[] = []
  let hasContent = false
  let roots = 0
  let at = 0
  while (at < div.length) {
    if (div.charCodeAt(at) !== 0x3c) {
      const next = div.indexOf('<', at)
      const text = div.slice(at, next < 0 ? div.length : next)
      if (open.length === 0 && text.trim() !== '') return wrong('there is text outside of the div')
      const fault = text.includes('&') ? entityFault(text) : undefined
      if (fault !== undefined) return wrong(fault)
      if (text.trim() !== '') hasContent = true
      at += text.length
      continue
    }
    if (div.startsWith('<!--', at)) {
      const end = div.indexOf('-->', at + 4)
      if (end < 0) return wrong('a comment is not closed')
      at = end + 3
      continue
    }
    TAG.lastIndex = at
    const tag = TAG.exec(div)
    if (tag === null) return wrong(`what begins at character ${at + 1} is no well-formed tag`)
    const [whole, closing, name = '', attributes = '', empty] = tag
    at += whole.length
    if (closing) {
      const opened = open.pop()
      if (opened !== name) return wrong(opened === undefined ? `</${name}> closes nothing` : `<${opened}> is closed by </${name}>`)
      continue
    }
    if (open.length === 0 && (name !== 'div' || roots++ > 0)) return wrong('the narrative must be one <div> element')
    if (!ELEMENTS.has(name)) return wrong(`the element <${name}> is not allowed in a narrative`)
    // most elements have no attribute; to look for them all the same was half of the time that a narrative takes
    if (attributes !== '' || open.length === 0) {
      const fault = attributesFault(attributes, open.length === 0)
      if (fault !== undefined) return wrong(fault)
    }
    if (name === 'img') hasContent = true
    if (!empty) open.push(name)
  }
  if (open.length > 0) return wrong(`<${open.at(-1)}> is not closed`)
  if (roots === 0) return wrong('the narrative must be one <div> element')
  return hasContent ? undefined : { rule: 'txt-2', problem: 'the narrative has neither text nor an image' }
}
