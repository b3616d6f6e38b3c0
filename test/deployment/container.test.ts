import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { parse } from 'yaml'
import { startHub } from '../../scripts/demo/hub.ts'
import { readConfig } from '../../src/config.ts'
import { shownAddress } from '../../src/store/address.ts'

/** No container engine is needed: the structure is read, and the image's set of files is put together and started. */
const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface Service {
  build?: string
  image?: string
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  volumes?: string[]
}

interface Lock { packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }> }

const instructions = read('Dockerfile').split('\n').filter(line => /^[A-Z]+ /.test(line))
const finalStage = instructions.slice(instructions.findLastIndex(line => line.startsWith('FROM ')))

describe('docker-compose.yml', () => {
  const { services, volumes } = parse(read('docker-compose.yml')) as { services: Record<string, Service>; volumes: Record<string, unknown> }

  it('runs the hub, built from here, beside a MongoDB replica set it waits for', () => {
    expect(services['hub']?.build).toBe('.')
    expect(services['mongo']?.image).toMatch(/^mongo:\d/)
    expect(services['mongo']?.command).toEqual(expect.arrayContaining(['--replSet']))
    expect(services['mongo']?.healthcheck?.test.join(' ')).toContain('rs.initiate')
    expect(services['hub']?.depends_on).toEqual({ mongo: { condition: 'service_healthy' } })
  })

  it('keeps what the hub stores in that MongoDB, unless told otherwise', () => {
    const usual = /^\$\{STORE:-(.*)\}$/.exec(services['hub']?.environment?.['STORE'] ?? '')?.[1] ?? ''
    expect(shownAddress(readConfig({ STORE: usual }).store)).toBe('mongodb://mongo:27017/care-connexions')
    const set = /replicaSet=(\w+)/.exec(usual)?.[1]
    expect(services['mongo']?.command).toContain(set)
    expect(services['mongo']?.healthcheck?.test.join(' ')).toContain(`_id: '${set}'`)
  })

  it('keeps data in named volumes, and authentication on', () => {
    for (const volume of Object.values(services).flatMap(service => service.volumes ?? [])) {
      const [source = ''] = volume.split(':')
      if (!source.startsWith('.')) expect(Object.keys(volumes)).toContain(source)
    }
    expect(services['hub']?.environment).not.toHaveProperty('AUTH')
  })
})

describe('Dockerfile', () => {
  it('has a stage that builds and one that runs as nobody special', () => {
    expect(instructions.filter(line => line.startsWith('FROM '))).toHaveLength(2)
    expect(finalStage).toContain('USER node')
    expect(finalStage.some(line => line.startsWith('RUN npm'))).toBe(false)
  })

  it('starts from the files it holds: production packages, baked definitions, source and localities', async () => {
    const image = mkdtempSync(join(tmpdir(), 'care-connexions-image-'))
    try {
      for (const path of copiedPaths()) copyInto(image, path)
      expect(existsSync(join(image, 'node_modules/jest'))).toBe(false)
      const hub = await startHub({ folder: image, registry: join(image, 'clients.json'), clock: '2026-11-24T10:15:00Z', root: image })
      try {
        await request(hub.url).get('/fhir/metadata').expect(200)
        await request(hub.url).get('/health/ready').expect(200)
      } finally {
        await hub.stop()
      }
    } finally {
      rmSync(image, { recursive: true, force: true })
    }
  })
})

const copiedPaths = (): string[] => finalStage.filter(line => line.startsWith('COPY ')).flatMap(line => {
  const paths = line.split(' ').slice(1).filter(word => !word.startsWith('--'))
  return paths.slice(0, -1).map(path => path.replace(/^\/app\//, ''))
})

const copyInto = (image: string, path: string): void => {
  if (path !== 'node_modules') {
    cpSync(join(root, path), join(image, path), { recursive: true })
    return
  }
  const { packages } = JSON.parse(read('package-lock.json')) as Lock
  for (const [folder, { dev, optional, devOptional }] of Object.entries(packages)) {
    if (folder === '' || dev === true || optional === true || devOptional === true) continue
    if (dirname(folder).includes('/node_modules')) continue
    cpSync(join(root, folder), join(image, folder), { recursive: true })
  }
}
