/** The JSON files of a FHIR package (`.tgz`): gunzip, then the fixed 512-byte blocks of tar. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const readPackageFile = (file: string): readonly { readonly name: string; readonly resource: { resourceType: string } }[] => {
  const tar = gunzipSync(readFileSync(file))
  const found: { name: string; resource: { resourceType: string } }[] = []
  for (let at = 0; at + 512 <= tar.length;) {
    const field = (from: number, length: number) => tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const name = field(0, 100)
    const size = parseInt(field(124, 12), 8)
    if (name === '' || Number.isNaN(size)) break
    if (name.endsWith('.json') && !/\.index\.json$|package\.json$/.test(name)) {
      const resource = JSON.parse(tar.toString('utf8', at + 512, at + 512 + size)) as { resourceType?: string }
      if (typeof resource.resourceType === 'string') found.push({ name, resource: resource as { resourceType: string } })
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return found
}
