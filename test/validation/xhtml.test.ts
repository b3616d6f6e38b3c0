import { narrativeFault } from '../../src/validation/xhtml.ts'

const div = (content: string, attributes = ' xmlns="http://www.w3.org/1999/xhtml"') => `<div${attributes}>${content}</div>`

describe('narrative (txt-1, txt-2)', () => {
  it.each([
    ['text', div('Edith')],
    ['nested elements', div('<p>a <b>b</b></p><ul><li>c</li></ul><table><tr><td colspan="2">d</td></tr></table>')],
    ['an image alone', div('<img src="#a" alt="x"/>')],
    ['entities', div('a &amp; b &lt; c &#160; &#xA0; &nbsp;')],
    ['a comment', div('<!-- x --> y')],
    ['single quotes and blanks in tags', div("<p class = 'x' >y</p >".replace('</p >', '</p>'))],
    ['a link', div('<a href="https://example.org">x</a>')],
  ])('allows %s', (_name, text) => expect(narrativeFault(text)).toBeUndefined())

  it.each([
    ['no div', '<p>x</p>', 'txt-1'],
    ['bare text', 'x', 'txt-1'],
    ['nothing', '', 'txt-1'],
    ['two divs', div('x') + div('y'), 'txt-1'],
    ['text after the div', div('x') + 'y', 'txt-1'],
    ['a script', div('<script>alert(1)</script>'), 'txt-1'],
    ['a form', div('<form><input/></form>'), 'txt-1'],
    ['an event handler', div('<p onclick="x()">y</p>'), 'txt-1'],
    ['a script in a link', div('<a href=" javascript:x()">y</a>'), 'txt-1'],
    ['an element left open', '<div><p>x</div>', 'txt-1'],
    ['a div left open', '<div>x', 'txt-1'],
    ['a closing tag too many', '<div>x</div></div>', 'txt-1'],
    ['an attribute without quotes', '<div class=x>y</div>', 'txt-1'],
    ['a bare ampersand', div('a & b'), 'txt-1'],
    ['a comment left open', div('<!-- x'), 'txt-1'],
    ['a processing instruction', div('<?xml version="1.0"?>x'), 'txt-1'],
    ['CDATA', div('<![CDATA[x]]>'), 'txt-1'],
    ['a character that XML does not have', div('&#0;'), 'txt-1'],
    ['half of a pair by its number', div('&#xD800;'), 'txt-1'],
    ['an entity that XHTML does not have', div('&foo;'), 'txt-1'],
    ['an attribute twice', div('<p class="a" class="b">x</p>'), 'txt-1'],
    ['a bare ampersand in an attribute', div('<a href="x?a&b">y</a>'), 'txt-1'],
    ['a document type', `<!DOCTYPE html>${div('x')}`, 'txt-1'],
    ['no namespace', '<div>x</div>', 'txt-1'],
    ['another namespace', '<div xmlns="http://www.w3.org/1999/xlink">x</div>', 'txt-1'],
    ['blanks only', div(' \n '), 'txt-2'],
    ['empty paragraphs', div('<p></p>'), 'txt-2'],
  ])('refuses %s', (_name, text, rule) => expect(narrativeFault(text)?.rule).toBe(rule))

  it('takes time in proportion to the length', () => {
    for (const text of [div('<p>'.repeat(100_000)), div('<p a="'.repeat(50_000)), `<div${' a'.repeat(200_000)}`, div('&'.repeat(200_000)), '<'.repeat(300_000)]) {
      const start = process.cpuUsage().user
      expect(narrativeFault(text)?.rule).toBe('txt-1')
      expect((process.cpuUsage().user - start) / 1000).toBeLessThan(1000)
    }
  })
})
