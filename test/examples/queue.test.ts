import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle, Patient } from 'fhir/r4.js'
import { openQueue, type Queued } from '../../examples/partners/queue.ts'
import type { Receipt } from '../../examples/partners/submitting.ts'

/** The terminal's queue on disk: what it was told it kept is there after any end. */
let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'care-connexions-queue-'))
  file = join(folder, 'terminal', 'queue.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bundle: Bundle<Patient> = {
  resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', name: [{ text: 'Zoë' }] } }],
}
const queued = (incident: string): Queued => ({ incident, requestId: `request-${incident}`, bundle })
const receipt: Receipt = {
  referral: 'r1', number: 'CC-1', status: 'stored, not yet confirmed', emergencyAdvice: undefined, isNew: true, warnings: [],
}

const reopened = <T>(look: (queue: ReturnType<typeof openQueue>) => T): T => {
  const queue = openQueue(file)
  try {
    return look(queue)
  } finally {
    queue.close()
  }
}

it('gives back what was added, under the same ids, oldest first', () => {
  reopened(queue => { for (const incident of ['2', '1', '3']) queue.add(queued(incident)) })
  expect(reopened(queue => queue.waiting())).toEqual([queued('2'), queued('1'), queued('3')])
})

it('keeps a case once, as it was written first', () => {
  reopened(queue => {
    expect(queue.add(queued('1'))).toBe(true)
    expect(queue.add({ ...queued('1'), requestId: 'another' })).toBe(false)
  })
  expect(reopened(queue => queue.waiting())).toEqual([queued('1')])
})

it('does not send again what has an answer, and keeps the receipt', () => {
  reopened(queue => {
    queue.add(queued('1'))
    queue.add(queued('2'))
    queue.answered('1', { kind: 'receipt', receipt })
  })
  reopened(queue => {
    expect(queue.waiting()).toEqual([queued('2')])
    expect(queue.answerTo('1')).toMatchObject({ kind: 'receipt', receipt: { referral: 'r1', number: 'CC-1' } })
  })
})

it('loses nothing but the record that was being written, wherever the power went', () => {
  reopened(queue => { queue.add(queued('1')) })
  const before = readFileSync(file)
  reopened(queue => { queue.add(queued('2')) })
  const after = readFileSync(file)
  for (let length = before.length; length < after.length; length += 1) {
    writeFileSync(file, after.subarray(0, length))
    reopened(queue => {
      expect(queue.waiting()).toEqual([queued('1')])
      expect(queue.add(queued('2'))).toBe(true)
    })
    expect(readFileSync(file)).toEqual(after)
  }
})

it('cuts off a last record of which a block never reached the disk', () => {
  reopened(queue => { queue.add(queued('1')) })
  appendFileSync(file, `${'\0'.repeat(64)}"}\n`)
  reopened(queue => {
    expect(queue.waiting()).toEqual([queued('1')])
    queue.answered('1', { kind: 'refusal', why: 'no' })
  })
  expect(reopened(queue => queue.answerTo('1'))).toEqual({ kind: 'refusal', why: 'no' })
})
