/**
 * Links in what a JSON Patch puts into a resource, for transactions: a value is looked at under the name of the element it
 * goes to, so that `{"path": "/subject/reference", "value": "urn:uuid:…"}` is a reference as well.
 */
import { isObject, parseJson, stringifyJson } from '../../fhir/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import { binaryPatch } from './patch.ts'

/** `resolve` changes the links of what it is given; the Binary then holds the patch with them. Throws `patch-malformed` (400). */
export const resolveInPatch = async (binary: Resource, resolve: (holder: object) => Promise<void>): Promise<void> => {
  const operations = parseJson(binaryPatch(binary))
  // What is no list of operations is refused where it is read.
  if (!Array.isArray(operations)) return
  for (const operation of operations) {
    if (!isObject(operation) || typeof operation['path'] !== 'string') continue
    const { path, value } = operation
    if (typeof value !== 'string' && !isObject(value) && !Array.isArray(value)) continue
    const name = path.split('/').at(-1) ?? ''
    const holder = { [name]: value }
    await resolve(holder)
    operation['value'] = holder[name]
  }
  binary['data'] = Buffer.from(stringifyJson(operations)).toString('base64')
}
