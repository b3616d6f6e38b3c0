/** Faults of an object as a whole: what it must have, may have once, may not have. */
import { many, remove, set, type Change, type Json, type Site } from './site.ts'

const EXTENSION = 'https://example.org/StructureDefinition/x'

const extensionFaults = ({ node, path }: Site): readonly Change[] => {
  if (!node.properties.has('extension')) return []
  const fault = (kind: string, below: string, extension: object): Change => ({ kind, place: `${path}.extension[0]${below}`, apply: set('extension', [extension]) })
  return [
    fault('extension with two values', '.value', { url: EXTENSION, valueString: 'x', valueCode: 'x' }),
    fault('extension without value', '', { url: EXTENSION }),
    fault('extension with value and extensions', '', { url: EXTENSION, valueString: 'x', extension: [{ url: 'y', valueString: 'y' }] }),
    fault('extension without url', '', { valueString: 'x' }),
    fault('extension with a value of no type', '', { url: EXTENSION, valueText: 'x' }),
  ]
}

/** By data type: a rule of its own that the base definition states as an invariant. */
const typeFaults = ({ node, path, value }: Site): readonly Change[] => {
  const invariant = (kind: string, apply: Change['apply']): Change => ({ kind, place: path, apply })
  switch (node.type) {
    case 'Period': return [invariant('period that ends before it starts', object => { Object.assign(object, { start: '2026-02-02', end: '2026-01-01' }) })]
    case 'ContactPoint': return value['value'] === undefined ? [] : [invariant('contact value without system', remove('system', '_system'))]
    case 'Quantity': return value['code'] === undefined ? [] : [invariant('unit code without system', remove('system', '_system'))]
    case 'Attachment': return [invariant('attachment data without content type', object => {
      delete object['contentType']
      object['data'] = 'QUJD'
    })]
    case 'Narrative': return [
      { kind: 'script in a narrative', place: `${path}.div`, apply: set('div', '<div xmlns="http://www.w3.org/1999/xhtml"><script>x()</script></div>') },
      { kind: 'narrative of blanks', place: `${path}.div`, apply: set('div', '<div xmlns="http://www.w3.org/1999/xhtml"> </div>') },
      { kind: 'narrative not well-formed', place: `${path}.div`, apply: set('div', '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</div>') },
    ]
    default: return []
  }
}

/** What only the outermost resource can have. */
const resourceFaults = ({ keys, node, path, value }: Site): readonly Change[] => {
  if (keys.length > 0 || !node.properties.has('contained')) return []
  const contains = (kind: string, place: string, contained: object): Change => ({ kind, place: `${path}${place}`, apply: object => {
    object['contained'] = [...many(object['contained']), contained]
    // so that it is referred to, whatever the type
    object['extension'] = [...many(object['extension']), { url: EXTENSION, valueReference: { reference: '#zzz' } }]
  } })
  const next = many(value['contained']).length
  return [
    { kind: 'contained resource that nothing refers to', place: path, apply: object => {
      object['contained'] = [...many(object['contained']), { resourceType: 'Basic', id: 'zzz', code: { text: 'x' } }]
    } },
    contains('contained resource in a contained one', '', { resourceType: 'Basic', id: 'zzz', code: { text: 'x' }, contained: [{ resourceType: 'Basic', id: 'yyy', code: { text: 'x' } }] }),
    contains('contained resource with a version', '', { resourceType: 'Basic', id: 'zzz', meta: { versionId: '1' }, code: { text: 'x' } }),
    contains('fault in a contained resource', `.contained[${next}]`, { resourceType: 'Basic', id: 'zzz' }),
  ]
}

/** A name with two letters exchanged, as people write it. */
const misspelt = (name: string): string => `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`

const nameFaults = ({ node, path, value }: Site): readonly Change[] => Object.keys(value).flatMap(key => {
  const property = node.properties.get(key)
  const rename = (kind: string, name: string): readonly Change[] => (node.properties.has(name) || name in value || name === key ? [] : [{ kind, place: `${path}.${name}`, apply: (object: Json) => {
    object[name] = object[key]
    delete object[key]
  } }])
  return property === undefined ? [] : [...rename('misspelt element', misspelt(key)), ...rename('element in another case', key.toUpperCase())]
})

export const objectFaults = (site: Site): readonly Change[] => {
  const { node, path, value } = site
  return [
    { kind: 'unknown element', place: `${path}.zzz`, apply: set('zzz', 'x') },
    ...node.required.flatMap(({ properties }) => properties.filter(({ json }) => value[json] !== undefined)
      .map(({ json }) => ({ kind: 'required element removed', place: path, apply: remove(json, `_${json}`) }))),
    ...(node.properties.has('modifierExtension')
      ? [{ kind: 'unknown modifier extension', place: `${path}.modifierExtension[0]`, apply: set('modifierExtension', [{ url: EXTENSION, valueString: 'x' }]) }] : []),
    ...node.choices.flatMap(({ name, properties }): readonly Change[] => {
      const present = properties.find(({ json }) => value[json] !== undefined)
      const other = properties.find(property => property !== present && (property.type === 'string' || property.type === 'boolean'))
      return present && other ? [{ kind: 'two values of a choice', place: `${path}.${name}`, apply: set(other.json, other.type === 'string' ? 'x' : true) }] : []
    }),
    ...extensionFaults(site),
    ...typeFaults(site),
    ...resourceFaults(site),
    ...nameFaults(site),
  ]
}
