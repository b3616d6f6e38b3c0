import { request as open, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { listen } from '../../src/http/server.ts'

const LOCAL = { host: '127.0.0.1', port: 0 }

/** Status of a GET, or the code of what broke. */
const get = (port: number): Promise<unknown> => new Promise(resolve => {
  open({ host: '127.0.0.1', port, path: '/' }, response => {
    response.resume().on('end', () => resolve(response.statusCode))
  }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code)).end()
})

describe('the server', () => {
  it('takes a free port for 0, and says when an address is taken', async () => {
    const first = await listen((_request, response) => response.end(), LOCAL)
    expect(first.port).toBeGreaterThan(0)
    await expect(listen(() => {}, { ...LOCAL, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await first.close()
  })

  it('lets a running request finish when it closes, and takes no more', async () => {
    let arrived: (response: ServerResponse) => void
    const running = new Promise<ServerResponse>(resolve => { arrived = resolve })
    const server = await listen((_request, response) => arrived(response), LOCAL)
    const answered = get(server.port)
    const response = await running
    const closed = server.close()
    expect(await get(server.port)).toBe('ECONNREFUSED')
    response.end('done')
    expect(await answered).toBe(200)
    await closed
  })

  it('cuts what does not finish in time', async () => {
    const server = await listen(() => {}, LOCAL)
    const hanging = get(server.port)
    const silent = connect(server.port, '127.0.0.1').on('error', () => {})
    await new Promise(resolve => silent.once('connect', resolve))
    await server.close(20)
    expect(await hanging).toBe('ECONNRESET')
    silent.destroy()
  })

  it.each([
    ['an address that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'POST Type/_search'],
    ['what is no HTTP', 'hello\r\n\r\n', 400, 'http-malformed'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n', 400, 'http-malformed'],
  ])('answers %s with an OperationOutcome', async (_what, text, status, said) => {
    const server = await listen((_request, response) => response.end(), LOCAL)
    const answer = await new Promise<string>(resolve => {
      let received = ''
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text))
      socket.on('data', data => { received += data.toString() }).on('close', () => resolve(received)).on('error', () => {})
    })
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(body)).toMatchObject({ resourceType: 'OperationOutcome' })
    expect(body).toContain(said)
    await server.close()
  })
})
