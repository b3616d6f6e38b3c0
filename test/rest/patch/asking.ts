/** A patient to patch, and patches of both kinds sent over HTTP. */
import { FHIR_JSON, startTestHub, type ClientName } from '../../hub.ts'

export const JSON_PATCH = 'application/json-patch+json'

export interface Part { name: string; part?: Part[]; resource?: object; [value: `value${string}` | `_value${string}`]: unknown }

/** A FHIRPath Patch operation, as Parameters write it. */
export const operation = (type: string, path: string, ...parts: Part[]): Part =>
  ({ name: 'operation', part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...parts] })
export const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter })
export const named = (name: string): Part => ({ name: 'name', valueString: name })
export const at = (name: 'index' | 'source' | 'destination', value: number): Part => ({ name, valueInteger: value })

export const identifier = (value: string) => ({ system: 'urn:example:patch', value })
export const edith = {
  resourceType: 'Patient',
  identifier: [identifier('1'), identifier('2'), identifier('3')],
  name: [{ use: 'official', family: 'Hartley', given: ['Edith'] }],
  gender: 'female', birthDate: '1942-03-07',
}

export const codeOf = (answer: { body: unknown }) =>
  (answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code
export const textOf = (answer: { body: unknown }) => (answer.body as { issue: { details: { text: string } }[] }).issue[0]?.details.text

/** A hub of the suite's own, and what is asked of it. */
export const startPatching = async () => {
  const hub = await startTestHub()

  const created = async (content: object = edith): Promise<{ id: string; url: string }> => {
    const gp = await hub.as('gp')
    const { resourceType } = content as { resourceType: string }
    const { body } = await gp.post(`/fhir/${resourceType}`).send(content).expect(201)
    const { id } = body as { id: string }
    return { id, url: `/fhir/${resourceType}/${id}` }
  }

  const jsonPatch = async (url: string, operations: unknown, headers: Record<string, string> = {}, client: ClientName = 'gp') =>
    (await hub.as(client)).patch(url).set('Content-Type', JSON_PATCH).set(headers)
      .send(typeof operations === 'string' ? operations : JSON.stringify(operations))

  const pathPatch = async (url: string, operations: readonly unknown[], headers: Record<string, string> = {}) =>
    (await hub.as('gp')).patch(url).set('Content-Type', FHIR_JSON).set(headers).send(JSON.stringify(parameters(...operations)))

  const read = async (url: string) => (await hub.as('gp')).get(url).expect(200)

  return { hub, created, jsonPatch, pathPatch, read }
}
