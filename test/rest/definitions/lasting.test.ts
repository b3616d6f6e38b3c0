/** Definitions outlast a restart, reach the other hubs of one database, and are decided once when they arrive together. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { writePackage } from '../../definitions/archive.ts'
import { startTestHub } from '../../hub.ts'
import { hubsOf, type Hubs } from '../../races/hubs.ts'
import { asking, basic, canonical, codeSystem, profile, requiring, valueSet, type Asking } from './asking.ts'

describe('after a restart', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'care-connexions-definitions-')) })
  afterEach(() => rmSync(folder, { recursive: true }))
  const withHub = async (work: (ask: Asking) => Promise<void>, options: Parameters<typeof startTestHub>[0] = {}): Promise<void> => {
    const hub = await startTestHub({ ...options, env: { STORE: `sqlite:${join(folder, 'hub.db')}`, ...options.env } })
    try {
      await work(await asking(hub))
    } finally {
      await hub.stop()
    }
  }

  it('what was in effect is, and what was retired or deleted is not', async () => {
    const bound = profile('coded', [{ path: 'Basic.code', binding: { strength: 'required', valueSet: canonical('some', 'ValueSet') } }], { baseDefinition: canonical('base') })
    await withHub(async ask => {
      await ask.transaction(bound, requiring('base', 'subject'), requiring('retired', 'subject'), requiring('deleted', 'subject'),
        valueSet('some', { compose: { include: [{ system: canonical('things', 'CodeSystem') }] } }), codeSystem('things', ['two']))
      await ask.put(requiring('retired', 'subject', { status: 'retired' }))
      await ask.remove('StructureDefinition', 'deleted')
    })
    await withHub(async ask => {
      const judged = async (name: string) => (await ask.validate(basic([canonical(name)]))).errors
      expect(await judged('coded')).toEqual(['min:Basic.subject at Basic', 'binding:Basic.code at Basic.code.coding[0]'])
      expect(await judged('retired')).toEqual(['profile-unknown at Basic.meta.profile[0]'])
      expect(await judged('deleted')).toEqual(['profile-unknown at Basic.meta.profile[0]'])
    })
  })

  it('what a package defines now counts, and the log says what has no effect', async () => {
    await withHub(async ask => { await ask.put(requiring('both', 'subject')) })
    writePackage(join(folder, 'own.tgz'), { 'a.json': requiring('both', 'author') })
    const lines: string[] = []
    await withHub(async ask => {
      expect((await ask.validate(basic([canonical('both')]))).errors).toEqual(['min:Basic.author at Basic'])
    }, { env: { PACKAGES: folder }, logger: pino({ level: 'error' }, { write: line => { lines.push(line) } }) })
    expect(lines.join('')).toContain('StructureDefinition/both has no effect')
  })
})

describe.each(hubsOf)('%s', (_name, open) => {
  let hubs: Hubs
  let asks: readonly Asking[]
  beforeAll(async () => {
    hubs = await open()
    asks = await Promise.all(hubs.hubs.map(asking))
  })
  afterAll(() => hubs.stop())

  it('takes a definition at one hub and judges by it at each, at once where it came and soon elsewhere', async () => {
    const judged = async (ask: Asking) => (await ask.validate(basic([canonical('everywhere')]))).errors.join()
    const everywhere = async (expected: string) => {
      for (const ask of asks) {
        for (const end = Date.now() + 10_000; await judged(ask) !== expected && Date.now() < end;) await pause(20)
      }
      return Promise.all(asks.map(judged))
    }
    await asks[0]!.put(requiring('everywhere', 'subject'))
    expect(await judged(asks[0]!)).toBe('min:Basic.subject at Basic')
    expect(await everywhere('min:Basic.subject at Basic')).toEqual(asks.map(() => 'min:Basic.subject at Basic'))
    await asks.at(-1)!.put(requiring('everywhere', 'author'))
    expect(await judged(asks.at(-1)!)).toBe('min:Basic.author at Basic')
    expect(await everywhere('min:Basic.author at Basic')).toEqual(asks.map(() => 'min:Basic.author at Basic'))
  })

  it('lets one of many that arrive together under one canonical define it', async () => {
    const elements = ['subject', 'author', 'created', 'identifier']
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) =>
      asks[i % asks.length]!.put({ ...requiring('contended', elements[i % elements.length]!), id: `contended-${i}` })))
    const statuses = answers.map(({ status }) => status)
    const won = elements.filter((_, i) => statuses.some((status, n) => status === 201 && n % elements.length === i))
    expect(won).toHaveLength(1)
    expect(new Set(statuses)).toEqual(new Set([201, 422]))
    expect(answers.filter(({ status }) => status === 422).map(({ errors }) => errors[0])).toEqual(
      Array(statuses.filter(status => status === 422).length).fill('definition-duplicate at StructureDefinition.url'))
  })

  it('never leaves one made from what went at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const base = `going-${round}`
      await asks[0]!.put(requiring(base, 'subject'))
      const last = asks.at(-1)!
      for (const end = Date.now() + 10_000; (await last.validate(basic([canonical(base)]))).errors[0]?.startsWith('profile-unknown') && Date.now() < end;) await pause(20)
      const [gone, made] = await Promise.all([
        asks[0]!.remove('StructureDefinition', base), last.put(requiring(`${base}-derived`, 'author', { baseDefinition: canonical(base) }))])
      expect([[204, 422], [409, 201]]).toContainEqual([gone.status, made.status])
    }
  })
})
