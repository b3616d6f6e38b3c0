/**
 * `POST /clock`: moves the hub's manual clock, for demonstrations and tests (CLOCK=manual, loopback only).
 * `{"now": instant}` sets it, `{"advance": "PT20M"}` moves it on; never back. An administrator's business.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { instant, type Clock } from '../fhir/clock.ts'
import { dateRange } from '../fhir/dates.ts'
import { parseJson } from '../fhir/json.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { sendJson, type Response } from './answer.ts'
import type { Authentication } from './authentication.ts'
import { readText } from './body.ts'
import { bodyForm } from './negotiation.ts'

const MAX_BYTES = 1_024
/** Dates of FHIR end here (R4 date: four digits of year). */
const LATEST = Date.UTC(9999, 11, 31)

export type ManualClock = Clock & { move(to: number): boolean }

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/
/** ISO 8601 without years and months, whose length depends on where one starts. */
const DURATION = /^P(?!$)(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?!$)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/

const form = z.union([
  z.strictObject({ now: z.string().regex(INSTANT).refine(text => dateRange(text) !== undefined) }),
  z.strictObject({ advance: z.string().regex(DURATION) }),
])

/** Milliseconds of a duration such as `P1DT2H`, `PT20M`. */
const milliseconds = (duration: string): number => {
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(duration) ?? []
  return Math.round(((((Number(weeks) * 7 + Number(days)) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000)
}

export const createClockEndpoint = (clock: ManualClock, authentication: Authentication) =>
  async (request: IncomingMessage, response: Response): Promise<void> => {
    if (request.method !== 'POST') throw outcomes.methodNotAllowed(request.method ?? '', ['POST'])
    const caller = await authentication.caller(request)
    if (caller.role !== 'administrator') throw outcomes.forbidden(`the clock is not for the role ${caller.role}; it is for: administrator`)
    if (bodyForm(request.headers['content-type'], 'PUT') !== 'json') throw outcomes.unsupportedMediaType(request.headers['content-type'] ?? '')
    const parsed = form.safeParse(parseJson(await readText(request, MAX_BYTES)))
    if (!parsed.success) {
      throw outcomes.badRequest('clock-form', 'send {"now": "2026-11-24T10:15:00Z"} or {"advance": "PT20M"}, weeks to seconds')
    }
    const to = 'now' in parsed.data ? Date.parse(parsed.data.now) : clock.now() + milliseconds(parsed.data.advance)
    if (to > LATEST) throw outcomes.badRequest('clock-form', 'that is after the year 9999, which FHIR dates cannot say')
    if (!clock.move(to)) throw outcomes.clockBackwards(instant(clock.now()))
    sendJson(response, 200, { now: instant(clock.now()) })
  }
