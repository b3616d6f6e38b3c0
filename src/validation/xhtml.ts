/**
 * Narrative.div: the part of XHTML that R4 allows, well formed, with something to read in it.
 * txt-1 (elements and attributes) and txt-2 (content) of https://hl7.org/fhir/R4/narrative.html#xhtml.
 */

export interface NarrativeFault {
  readonly rule: 'txt-1' | 'txt-2'
  readonly problem: string
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** HTML 4 chapters 7-11 (except section 4 of chapter 9) and 15, `a` and `img`, as R4 lists them. */
const ELEMENTS = words('div p h1 h2 h3 h4 h5 h6 address pre blockquote hr br span bdo em strong dfn code samp kbd var cite abbr '
  + 'acronym q sub sup ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt i b big small u s strike font '
  + 'center dir a img map area ins del')
const ATTRIBUTES = words('title style class id lang dir accesskey tabindex span width align valign char charoff abbr axis headers '
  + 'scope rowspan colspan type name href hreflang rel rev charset coords shape src alt longdesc height usemap ismap cite summary '
  + 'border frame rules cellspacing cellpadding bgcolor nowrap start value compact clear size color face noshade xmlns xml:lang '
  + 'xml:space datetime hspace vspace')
const ENTITY = /&(?!(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)/
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9:._-]*)((?:\s+[A-Za-z_:][A-Za-z0-9:._-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([A-Za-z_:][A-Za-z0-9:._-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** The first thing wrong with a narrative, or undefined. One pass; time is linear in the length. */
export const narrativeFault = (div: string): NarrativeFault | undefined => {
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
      if (ENTITY.test(text)) return wrong('an "&" does not begin an entity; write it as &amp;')
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
    if (tag === null) return wrong(`"${div.slice(at, at + 20)}" is not a well-formed tag`)
    const [whole, closing, name = '', attributes = '', empty] = tag
    at += whole.length
    if (closing) {
      const opened = open.pop()
      if (opened !== name) return wrong(opened === undefined ? `</${name}> closes nothing` : `<${opened}> is closed by </${name}>`)
      continue
    }
    if (open.length === 0 && (name !== 'div' || roots++ > 0)) return wrong('the narrative must be one <div> element')
    if (!ELEMENTS.has(name)) return wrong(`the element <${name}> is not allowed in a narrative`)
    for (const [, attribute = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
      if (!ATTRIBUTES.has(attribute) && !attribute.startsWith('xmlns:')) return wrong(`the attribute "${attribute}" is not allowed in a narrative`)
      if (/^\s*(?:javascript|vbscript)\s*:/i.test(double ?? single ?? '')) return wrong(`the attribute "${attribute}" holds a script`)
    }
    if (name === 'img') hasContent = true
    if (!empty) open.push(name)
  }
  if (open.length > 0) return wrong(`<${open.at(-1)}> is not closed`)
  if (roots === 0) return wrong('the narrative must be one <div> element')
  return hasContent ? undefined : { rule: 'txt-2', problem: 'the narrative has neither text nor an image' }
}
