import request from 'supertest'
import { openApp, START, type TestApp } from './app.ts'

let test: TestApp, token: string
beforeEach(async () => {
  test = openApp()
  token = await test.bearer()
})
afterEach(() => test.hub.dispose())

const move = (body: unknown, bearer = token) => request(test.app).post('/clock').set('authorization', bearer).send(body as object)
const at = (offsetMs: number): object => ({ now: new Date(START + offsetMs).toISOString() })

describe('POST /clock', () => {
  it.each([
    [{ advance: 'PT20M' }, 20 * 60_000],
    [{ advance: 'P1DT2H' }, 26 * 3_600_000],
    [{ advance: 'P1W' }, 7 * 86_400_000],
    [{ advance: 'PT0.5S' }, 500],
    [{ advance: 'PT0S' }, 0],
    [{ now: '2026-11-24T12:15:00+01:00' }, 3_600_000],
  ])('%j moves it', async (body, offset) => {
    const response = await move(body)
    expect([response.status, response.body]).toEqual([200, at(offset)])
  })

  it('never moves it back', async () => {
    await move({ advance: 'PT1H' })
    const response = await move({ now: '2026-11-24T10:15:00Z' })
    expect(response.status).toBe(409)
    expect((await move({ advance: 'PT0S' })).body).toEqual(at(3_600_000))
  })

  it.each([{}, { now: 'soon' }, { now: '2026-11-24' }, { now: '2026-13-24T10:15:00Z' }, { now: '2027-02-30T10:15:00Z' }, { advance: 'P' }, { advance: 'PT' }, { advance: 'P1M' },
    { advance: '-PT1H' }, { advance: 3_600 }, { now: '2026-11-24T12:15:00Z', advance: 'PT1H' }, [], { advance: 'PT1H', twice: true }])(
    '%j is refused and moves nothing', async body => {
      expect((await move(body)).status).toBe(400)
      expect((await move({ advance: 'PT0S' })).body).toEqual(at(0))
    })

  it('stops where the dates of FHIR stop', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => move({ advance: 'P99999W' })))
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
  })

  it('is for administrators', async () => {
    expect((await move({ advance: 'PT1H' }, await test.bearer('referrer'))).status).toBe(403)
    expect((await request(test.app).post('/clock').send({ advance: 'PT1H' })).status).toBe(401)
  })

  it('is for JSON, and for POST', async () => {
    expect((await request(test.app).post('/clock').set('authorization', token).type('form').send('advance=PT1H')).status).toBe(415)
    const response = await request(test.app).get('/clock').set('authorization', token)
    expect([response.status, response.headers.allow]).toEqual([405, 'POST'])
  })

  it('is not there with the system\'s clock', async () => {
    const own = openApp({ manualClock: undefined })
    expect((await request(own.app).post('/clock').set('authorization', await own.bearer()).send({ advance: 'PT1H' })).status).toBe(404)
    own.hub.dispose()
  })
})
