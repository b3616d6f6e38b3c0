/**
 * What localities ship of their area, as files: `localities/<name>/coverage.json` of one locality, and
 * `localities/coverage.json` of what all of them have in common, so that nothing is written twice.
 */
import { z } from 'zod'

const sectors = z.array(z.string().regex(/^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]$/))
const districtCode = z.string().regex(/^E0[6-9]\d{6}$/)

export const coverageSchema = z.strictObject({
  attribution: z.string(),
  /** Local authority districts by GSS code, e.g. `E07000123`. */
  districts: z.array(z.strictObject({ code: districtCode, name: z.string() })),
  /** District code to the postcode sectors that lie wholly in it. */
  sectors: z.record(districtCode, sectors),
  /** Sectors that lie partly in the locality's districts, or in more than one of them. */
  shared: sectors,
  /** ODS code of a GP practice to its district. */
  practices: z.record(z.string(), districtCode),
})

export type Coverage = Readonly<z.output<typeof coverageSchema>>

export const surveySchema = z.strictObject({
  attribution: z.string(),
  /** The districts whose every sector was looked at. */
  districts: z.array(districtCode),
  /** Sectors no postcode of which lies in any of them. */
  outside: sectors,
})

export type Survey = Readonly<z.output<typeof surveySchema>>
