/** A GP system: sends one referral (`referral.json`, unless a form is named), then follows it by polling until it is finished. */
import { readFile } from 'node:fs/promises'
import type { Bundle, ServiceRequest } from 'fhir/r4.js'
import { resources } from './case.ts'
import { runReferring } from './referring.ts'

const written = async (authoredOn: string): Promise<Bundle> => {
  const bundle = JSON.parse(await readFile(new URL('./referral.json', import.meta.url), 'utf8')) as Bundle
  for (const resource of resources<ServiceRequest>(bundle)) {
    if (resource.resourceType === 'ServiceRequest' && authoredOn !== '') resource.authoredOn = authoredOn
  }
  return bundle
}

await runReferring({ who: 'GP', organisation: 'P81067', numbers: 'https://gp.example/Id/referral', written })
