/**
 * The directory of a country: 5,000 services with their places on a store of their own, put there by ordinary writes, and
 * a postcode directory; then what `$find`, `near` and a report of capacity cost.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hubCodeSystem, type Resource } from '../src/fhir/resource.ts'
import { startCeiling } from './ceiling.ts'
import { registerClients } from './clients.ts'
import { ask, sendingOf } from './driver.ts'
import { startHub, type RunningHub } from './hub-process.ts'
import { CLIENTS, deskNow, prepareMeasure, type Bench } from './measuring.ts'
import { gets, posts, type Phase } from './phases/phase.ts'
import { madeRow, writeMadePostcodes } from './postcodes.ts'
import { serve, type StoreName } from './stores.ts'
import { HEADING, line } from './table.ts'

const SERVICES = 5_000
const DISTRICTS = 320
const POSTCODES = 200_000
/** Coprime to the postcodes, so that services and questions are spread over all of them. */
const STRIDE = 7_919
/** Resources of one transaction. */
const TOGETHER = 100

const NEEDS = [
  'fall-no-injury', 'frailty-decomp', 'reduced-function', 'palliative-crisis', 'equipment-urgent', 'confusion', 'catheter', 'diabetes', 'carer-breakdown',
  'resp-acute', 'hf-decomp', 'cellulitis-iv', 'uti-iv', 'dvt-suspected', 'wound-care', 'frailty-review', 'falls-prevention', 'reablement', 'loneliness', 'info-benefits',
] as const
const need = (n: number): string => NEEDS[n % NEEDS.length]!
const place = (n: number) => madeRow((n * STRIDE) % POSTCODES)

const ORGANIZATION = { reference: 'Organization/cl-care-connexions' }
const areaOf = (district: string): Resource => ({
  resourceType: 'Location', id: `bench-area-${district.toLowerCase()}`, status: 'active', name: district, managingOrganization: ORGANIZATION,
  identifier: [{ system: 'http://statistics.data.gov.uk/id/statistical-geography', value: district }],
})
/** Each takes three needs, in its own district. */
const serviceOf = (n: number): readonly Resource[] => {
  const { district, latitude, longitude } = place(n)
  return [
    { resourceType: 'Location', id: `bench-site-${n}`, status: 'active', name: `Site ${n}`, managingOrganization: ORGANIZATION, position: { latitude, longitude } },
    {
      resourceType: 'HealthcareService', id: `bench-service-${n}`, active: true, name: `Community service ${n}`, providedBy: ORGANIZATION,
      type: [0, 1, 7].map(k => ({ coding: [{ system: hubCodeSystem('need'), code: need(n + k) }] })),
      location: [{ reference: `Location/bench-site-${n}` }], coverageArea: [{ reference: `Location/bench-area-${district.toLowerCase()}` }],
      telecom: [{ system: 'phone', value: '01632 960000' }],
      availableTime: [{ daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'], availableStartTime: '08:30:00', availableEndTime: '17:00:00' }],
      notAvailable: [{ description: 'Bank holidays in England' }],
    },
  ]
}

const load = async (hub: RunningHub, services: number): Promise<void> => {
  const areas = Array.from({ length: DISTRICTS }, (_, n) => areaOf(`E0${7_000_000 + n}`))
  const resources = [...areas, ...Array.from({ length: services }, (_, n) => serviceOf(n)).flat()]
  for (let from = 0; from < resources.length; from += TOGETHER) {
    const entry = resources.slice(from, from + TOGETHER)
      .map(resource => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${String(resource.id)}` } }))
    const answer = await ask(hub, {
      method: 'POST', path: '/fhir', headers: { ...sendingOf(await hub.token('administrator')), prefer: 'return=minimal' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    })
    if (answer.status !== 200) throw new Error(`services were answered ${answer.status}: ${answer.body.slice(0, 600)}`)
  }
}

const count = { alone: 500, together: 4_000 }
const near = (n: number): string => `near=${place(n).latitude}|${place(n).longitude}|10|km`

const phases: readonly Phase[] = [
  {
    name: 'find', title: '$find: a need at a postcode', aim: { cpuMs: { sqlite: 1, mongo: 1 } }, count,
    requests: gets('gp', (_, n) => `HealthcareService/$find?need=${need(n)}&postcode=${encodeURIComponent(place(n + 3).postcode)}&age=80`),
  },
  {
    name: 'find-in-pack', title: '$find: where a rule pack governs', aim: { cpuMs: { sqlite: 1, mongo: 1 } }, count,
    requests: gets('gp', (_, n) => `HealthcareService/$find?need=${need(n)}&district=E07000123&position=53.76|-2.70&age=80`),
  },
  {
    name: 'near', title: 'near: the nearest ten within 10 km', aim: { cpuMs: { sqlite: 0.4 } }, count,
    requests: gets('gp', (_, n) => `Location?${near(n)}&_count=10`),
  },
  {
    name: 'near-chained', title: 'near: the services of the nearest ten', aim: {}, count,
    requests: gets('gp', (_, n) => `HealthcareService?location.${near(n)}&_count=10`),
  },
  {
    name: 'report', title: '$report-capacity', aim: {}, count: { alone: 100, together: 640 },
    requests: posts('team', '/fhir/HealthcareService/cl-ucr2h/$report-capacity', n => JSON.stringify({ resourceType: 'Parameters', parameter: [
      { name: 'free', valueUnsignedInt: n % 9 }, { name: 'asOf', valueDateTime: new Date(Date.parse('2026-11-24T08:00:00Z') + n * 1_000).toISOString() },
    ] })),
  },
]

/** @param part of the services and requests */
export const measureDirectory = async (name: StoreName, part: number, registry: string, say: (text: string) => void): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-bench-'))
  registerClients(registry)
  const store = await serve(name, join(folder, `directory.${name}`))
  try {
    await importPostcodes(folder)
    const hub = await startHub(store, registry)
    try {
      const services = Math.round(SERVICES * part)
      await load(hub, services)
      say(`\n${name}: ${services} services\n${HEADING}`)
      await measurePhases({ hub, people: 0, used: new Map() }, part, say)
    } finally {
      await hub.stop()
    }
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

const measurePhases = async (bench: Bench, part: number, say: (text: string) => void): Promise<void> => {
  const ceiling = await startCeiling()
  try {
    for (const phase of phases) {
      const measure = await prepareMeasure(bench, await deskNow(bench), phase)
      const [alone, together] = [await measure('alone', part), await measure('together', part)]
      const { body } = await ask(bench.hub, together.requests[0]!)
      say(line({ store: bench.hub.store.name, phase, alone: alone.measured, together: together.measured, ceiling: await ceiling.measure(together.requests, body, CLIENTS) }))
    }
  } finally {
    await ceiling.stop()
  }
}

/** For the hub that is started next. */
const importPostcodes = async (folder: string): Promise<void> => {
  process.env['COVERAGE'] = join(folder, 'postcodes.bin')
  await writeMadePostcodes(join(folder, 'made.csv'), POSTCODES)
  const script = fileURLToPath(new URL('../scripts/coverage-import.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, join(folder, 'made.csv'), '--format', 'simple'], { stdio: 'ignore' })
  const [code] = await once(child, 'close') as [number]
  if (code !== 0) throw new Error(`the postcodes could not be imported (${code})`)
}
