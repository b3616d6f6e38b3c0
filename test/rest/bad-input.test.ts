import request from 'supertest'
import { FHIR_JSON, startTestHub, type TestHub } from '../hub.ts'

/** Bad input of issue and design: a 4xx OperationOutcome that names place and remedy, nothing stored, nothing leaked. */
const nested = (depth: number): string => '{"extension":['.repeat(depth) + ']}'.repeat(depth)

const bodies: readonly (readonly [what: string, body: string, status: number, text: string])[] = [
  ['an empty body', '', 400, 'body'],
  ['malformed JSON', '{"resourceType":"Patient",', 400, 'line 1'],
  ['trailing garbage', '{"resourceType":"Patient"} x', 400, 'column'],
  ['an array', '[]', 400, 'one FHIR resource'],
  ['null', 'null', 400, 'one FHIR resource'],
  ['no resourceType', '{"name":[]}', 400, 'resourceType'],
  ['another type than the address', '{"resourceType":"Observation","status":"final","code":{"text":"x"}}', 400, 'Patient'],
  ['duplicate keys', '{"resourceType":"Patient","gender":"male","gender":"female"}', 400, 'gender'],
  ['__proto__', '{"resourceType":"Patient","__proto__":{"admin":true}}', 400, '__proto__'],
  ['NUL', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', 400, 'Patient.name'],
  ['a lone surrogate', '{"resourceType":"Patient","name":[{"family":"\\ud800"}]}', 400, 'Patient.name'],
  ['deep nesting', `{"resourceType":"Patient","extension":[${nested(150)}]}`, 400, 'deep'],
  ['an unknown element', '{"resourceType":"Patient","familyName":"x"}', 400, 'Patient.familyName'],
  ['a wrong JSON type', '{"resourceType":"Patient","active":"yes"}', 400, 'Patient.active'],
  ['one where R4 has many', '{"resourceType":"Patient","name":{"family":"x"}}', 400, 'Patient.name'],
  ['a date that does not exist', '{"resourceType":"Patient","birthDate":"2026-02-30"}', 422, 'Patient.birthDate'],
  ['a code outside a required binding', '{"resourceType":"Patient","gender":"f"}', 422, 'Patient.gender'],
  ['an empty object', '{"resourceType":"Patient","maritalStatus":{}}', 422, 'Patient.maritalStatus'],
  ['an unknown profile claimed', '{"resourceType":"Patient","meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patiant"]}}', 422, 'UKCore-Patient'],
  ['an NHS number with a wrong check digit', '{"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9000000008"}]}', 422, 'Patient.identifier[0].value'],
  ['two NHS numbers', '{"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9000000009"},{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9000000017"}]}', 422, 'nhsNumber'],
  ['a reference to nothing', '{"resourceType":"Patient","generalPractitioner":[{"reference":"Organization/nothing"}]}', 422, 'Organization/nothing'],
]

describe('bad input', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const stored = async (): Promise<number> =>
    ((await (await hub.as('administrator')).get('/fhir/Patient?_summary=count')).body as { total: number }).total

  it.each(bodies)('%s is refused with the place and nothing is stored', async (_what, body, status, text) => {
    const gp = await hub.as('gp')
    const before = await stored()
    const answer = await gp.post('/fhir/Patient').send(body)
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome', issue: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]) })
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(text)
    expect(answer.text).not.toMatch(/node_modules|\.ts:|at Object|SQLITE|sqlite/)
    expect(await stored()).toBe(before)
  })

  it('a body over 5 MB is 413', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Patient').send(`{"resourceType":"Patient","language":"${'x'.repeat(5 * 1024 * 1024)}"}`)
    expect(answer.status).toBe(413)
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  it.each(['application/fhir+xml', 'text/plain', 'application/x-www-form-urlencoded'])('Content-Type %s is 415', async type => {
    const answer = await request(hub.url).post('/fhir/Patient').set('Authorization', `Bearer ${await hub.token('gp')}`)
      .set('Content-Type', type).send('x=1')
    expect(answer.status).toBe(415)
    expect(answer.text).toContain(FHIR_JSON)
  })

  it('Accept of XML only is 406', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.get('/fhir/Patient').set('Accept', 'application/fhir+xml')
    expect(answer.status).toBe(406)
  })

  it.each([
    ['famly=x', 'did you mean "family"'],
    ['birthdate=yesterday', 'http.birthdate'],
    ['_count=many', 'http._count'],
    ['_sort=famly', 'famly'],
    ['_include=Patient:nothing', 'nothing'],
    ['general-practitioner:Practitionr.name=x', 'Practitionr'],
  ])('a search by %s is 400 and names the part at fault', async (query, text) => {
    const gp = await hub.as('gp')
    const answer = await gp.get(`/fhir/Patient?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.text.replaceAll('\\"', '"')).toContain(text)
  })
})
