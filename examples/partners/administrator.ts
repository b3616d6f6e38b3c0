/**
 * Whoever runs the hub: registers the people who may act for an organisation, and moves a manual clock.
 * Words: `register ID ODS GIVEN FAMILY`, `clock INSTANT`.
 */
import type { Bundle, Organization } from 'fhir/r4.js'
import { clockTime, resources } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const connection = await connect()
const { fhir, request } = connection

const register = async (say: Say, words: string): Promise<void> => {
  const [id = '', ods = '', given = '', family = ''] = words.split(' ')
  const organisations = await fhir.search({
    resourceType: 'Organization', searchParams: { identifier: `https://fhir.nhs.uk/Id/ods-organization-code|${ods}` }, options: request(),
  }) as unknown as Bundle
  const [organisation] = resources<Organization>(organisations)
  if (organisation === undefined) throw new Error(`the directory has no organisation ${ods}`)
  await fhir.update({
    resourceType: 'Practitioner', id,
    body: { resourceType: 'Practitioner', id, active: true, name: [{ use: 'official', given: [given], family }] }, options: request(),
  })
  await fhir.update({
    resourceType: 'PractitionerRole', id,
    body: {
      resourceType: 'PractitionerRole', id, active: true,
      practitioner: { reference: `Practitioner/${id}`, display: `${given} ${family}` },
      organization: { reference: `Organization/${organisation.id}`, display: organisation.name },
    },
    options: request(),
  })
  say(`${given} ${family} may act for ${organisation.name}`)
}

const clock = async (say: Say, now: string): Promise<void> => {
  const answer = await fetch(`${process.env['HUB_URL']}/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'authorization': `Bearer ${connection.token}` },
    body: JSON.stringify({ now }),
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok) throw new Error(`the clock answered ${answer.status}`)
  say(clockTime(now))
}

await runDesk({ register, clock })
