/**
 * What all people of the bench share: the services of the locality (which the hub brings), the practices they are
 * registered with, and the people who act for two organisations.
 */
import type { Resource } from '../src/fhir/resource.ts'
import { people } from './clients.ts'

const PLACES = [
  'Mill Lane', 'Moss Side', 'Canal Walk', 'Chapel Brow', 'Orchard',
  'Station Road', 'Garden Street', 'Market Place', 'Riverside', 'Park View',
] as const
const KINDS = ['Surgery', 'Medical Centre', 'Health Centre', 'Practice'] as const
const PRACTICES = PLACES.length * KINDS.length

export interface Practice { readonly id: string; readonly name: string; readonly ods: string }

/** Of forty; any number names one. */
export const practiceOf = (n: number): Practice => {
  const at = n % PRACTICES
  const name = `${PLACES[at % PLACES.length]} ${KINDS[Math.floor(at / PLACES.length)]}`
  return { id: `bench-practice-${at}`, name, ods: `P8${9_000 + at}` }
}

/** Services that plan and make visits; those of one are seen by its own team. */
export const SERVICES = [
  'cl-ucr2h', 'cl-vw', 'cl-homefirst', 'cl-map-dn', 'cl-map-frailty', 'cl-map-therapy', 'cl-map-falls', 'cl-rvs',
] as const

const organization = ({ id, name, ods }: Practice): Resource => ({
  resourceType: 'Organization', id, active: true, name,
  identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: ods }],
})

const practitioner = (name: string, organization: string): readonly Resource[] => [
  { resourceType: 'Practitioner', id: `bench-${name}`, active: true, name: [{ given: ['Invented'], family: name }] },
  {
    resourceType: 'PractitionerRole', id: `bench-${name}`, active: true,
    practitioner: { reference: `Practitioner/bench-${name}` }, organization: { reference: organization },
  },
]

export const neighbourhood: readonly Resource[] = [
  ...Array.from({ length: PRACTICES }, (_, n) => organization(practiceOf(n))),
  ...Object.entries(people).flatMap(([name, organization]) => practitioner(name, organization)),
]
