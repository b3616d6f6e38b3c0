/** The acceptance cases of both localities against the engine itself; over HTTP they run by `npm run vignettes`. */
import { existsSync } from 'node:fs'
import type { Resource } from '../../src/fhir/resource.ts'
import { loadLocalities } from '../../src/directory/load.ts'
import { shippedDirectory } from '../../src/directory/services.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { factsOf } from '../../src/triage/facts.ts'
import { openTriage } from '../../src/triage/load.ts'
import { proposalParameters } from '../../src/triage/parameters.ts'
import { propose } from '../../src/triage/propose.ts'
import { receivedAtOf, referralBundle } from '../../scripts/vignette-bundle.ts'
import { differences, readVignettes } from '../../scripts/vignette-expectation.ts'

const FILE = '../shared/triage/vignettes.yaml'

const localities = loadLocalities('localities')
const triage = openTriage(localities)
const directory = shippedDirectory(localities)
const vignettes = existsSync(FILE) ? readVignettes(FILE) : []

const when = vignettes.length > 0 ? describe : describe.skip
when(`vignettes (skipped where ${FILE} is absent)`, () => {
  it.each(vignettes.flatMap(vignette => (['first', 'second'] as const).map(forms => [vignette.id, forms, vignette.why, vignette] as const)))(
    '%s, %s forms: %s', (id, forms, _why, vignette) => {
      const bundle = referralBundle(id, vignette.given, forms, localities)
      const proposal = propose(triage, {
        ...bundleContent(bundle as unknown as Resource), directory, receivedAt: receivedAtOf(vignette.given.receivedAt),
        capacity: new Map(Object.entries(vignette.given.capacity ?? {})),
      })
      expect(differences(vignette, proposalParameters(proposal), localities)).toEqual([])
    })
})

describe('NEWS2 as the vignettes send it', () => {
  it.each(Array.from({ length: 13 }, (_, total) => total).flatMap(total => (['first', 'second'] as const).flatMap(forms =>
    [[total, false, forms] as const, ...(total >= 3 ? [[total, true, forms] as const] : [])])))(
    'a total of %i, one part scoring 3: %s, %s forms', (total, anySingleThree, forms) => {
      const given = { receivedAt: '2026-11-24T10:15', referrer: 'gp', age: 84, residence: 'preston', practice: 'cl', needs: [], news2: total, anySingleThree }
      const { resources, aliases } = bundleContent(referralBundle('T', given, forms, localities) as unknown as Resource)
      const { news2 } = factsOf({ resources, aliases, receivedAt: receivedAtOf(given.receivedAt), callerKind: undefined, vocabulary: triage.vocabulary })
      expect(news2).toMatchObject({ total: { value: total }, partsSent: 'all', singleThree: anySingleThree, differs: false })
    })
})
