import { startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley', given: ['Edith'] }] }

describe('preconditions', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const created = async (content: object = patient) => {
    const gp = await hub.as('gp')
    return { gp, id: ((await gp.post('/fhir/Patient').send(content).expect(201)).body as { id: string }).id }
  }

  it.each([
    ['*', 304], ['W/"1"', 304], ['"1"', 304], ['W/"7", W/"1"', 304],
    ['W/"2"', 200], ['"of-another-server"', 200], ['W/"99999999999999999999"', 200], ['1', 400], ['W/1', 400],
  ])('If-None-Match: %s on version 1 is %d', async (tag, status) => {
    const { gp, id } = await created()
    const answer = await gp.get(`/fhir/Patient/${id}`).set('If-None-Match', tag).expect(status)
    if (status === 304) expect(answer.text).toBe('')
    await gp.get(`/fhir/Patient/${id}/_history/1`).set('If-None-Match', tag).expect(status)
  })

  it.each([
    ['*', 200], ['W/"1"', 200], ['W/"7", W/"1"', 200], ['W/"2"', 412], ['"of-another-server"', 412], ['1', 400],
  ])('If-Match: %s on version 1 is %d', async (tag, status) => {
    const { gp, id } = await created()
    await gp.put(`/fhir/Patient/${id}`).set('If-Match', tag).send({ ...patient, id }).expect(status)
  })

  it('If-Match: * is 412 where there is nothing', async () => {
    const gp = await hub.as('gp')
    await gp.put('/fhir/Patient/not-there').set('If-Match', '*').send({ ...patient, id: 'not-there' }).expect(412)
    await gp.get('/fhir/Patient/not-there').expect(404)
  })

  it('If-None-Match: * on a write asks that there is nothing: 201 for a free id, 412 for what is there', async () => {
    const { gp, id } = await created()
    const answer = await gp.put(`/fhir/Patient/${id}`).set('If-None-Match', '*').send({ ...patient, id }).expect(412)
    expect(answer.headers['etag']).toBe('W/"1"')
    await gp.put('/fhir/Patient/only-once').set('If-None-Match', '*').send({ ...patient, id: 'only-once' }).expect(201)
    await gp.put('/fhir/Patient/only-once').set('If-None-Match', '*').send({ ...patient, id: 'only-once' }).expect(412)
    await gp.delete('/fhir/Patient/only-once').expect(204)
    await gp.put('/fhir/Patient/only-once').set('If-None-Match', '*').send({ ...patient, id: 'only-once' }).expect(201)
  })

  it('If-None-Match: * on what somebody else has tells nothing of it', async () => {
    const { id } = await created()
    const other = await hub.as('otherGp')
    const [theirs, plain] = [await other.put(`/fhir/Patient/${id}`).set('If-None-Match', '*').send({ ...patient, id }), await other.put(`/fhir/Patient/${id}`).send({ ...patient, id })]
    expect([theirs.status, theirs.text]).toEqual([plain.status, plain.text])
  })

  it.each([['W/"1"', 412], ['W/"2"', 200], ['W/"7", "1"', 412]])('If-None-Match: %s on a write of version 1 is %i', async (tag, status) => {
    const { gp, id } = await created()
    await gp.put(`/fhir/Patient/${id}`).set('If-None-Match', tag).send({ ...patient, id }).expect(status)
  })

  it('of 16 simultaneous writes with If-None-Match: * one creates', async () => {
    const gp = await hub.as('gp')
    const answers = await Promise.all(Array.from({ length: 16 }, () =>
      gp.put('/fhir/Patient/raced').set('If-None-Match', '*').send({ ...patient, id: 'raced' })))
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([201, ...Array.from({ length: 15 }, () => 412)])
  })

  it.each([
    ['Tue, 24 Nov 2026 10:15:00 GMT', 304], ['Tue, 24 Nov 2026 10:14:59 GMT', 200], ['no date', 200],
  ])('If-Modified-Since: %s is %d for what was written at 10:15:00', async (date, status) => {
    const { gp, id } = await created()
    await gp.get(`/fhir/Patient/${id}`).set('If-Modified-Since', date).expect(status)
    await gp.get(`/fhir/Patient/${id}`).set('If-Modified-Since', date).set('If-None-Match', 'W/"2"').expect(200)
  })

  it.each(['identifier=urn:x|known', '?identifier=urn:x|known', 'Patient?identifier=urn:x|known', 'identifier=urn:x%7Cknown'])(
    'If-None-Exist may be written %s', async condition => {
      const gp = await hub.as('gp')
      const content = { ...patient, identifier: [{ system: 'urn:x', value: 'known' }] }
      const first = await gp.post('/fhir/Patient').set('If-None-Exist', 'identifier=urn:x|known').send(content)
      const again = await gp.post('/fhir/Patient').set('If-None-Exist', condition).send(content).expect(200)
      expect((again.body as { id: string }).id).toBe((first.body as { id: string }).id)
    })

  it.each([
    ['', 412], ['?', 412], ['_count=1', 400], ['status=active&_summary=count', 400], ['status=active&_include=Flag:subject', 400],
  ])('If-None-Exist without a criterion, or with more than criteria (%j), is %d, however many there are', async (condition, status) => {
    const ward = await hub.as('ward')
    await ward.post('/fhir/Flag').set('If-None-Exist', condition)
      .send({ resourceType: 'Flag', status: 'active', code: { text: 'Falls' }, subject: { display: 'Edith' } }).expect(status)
    expect((await ward.get('/fhir/Flag').expect(200)).body).toMatchObject({ total: 0 })
  })
})
