/**
 * PlanDefinition/$reload-packs: reads the rule packs' files again, while requests go on. All or none: a pack with a fault is
 * answered with the line and the column of each, and the packs in force stay. SIGHUP does the same (docs/triage.md).
 *
 * It is for the hub that answers it: where several serve one store, each is asked.
 */
import type { ParametersParameter } from 'fhir/r4.js'
import { FhirError, outcomes } from '../../fhir/outcomes.ts'
import { operation, type Operation } from '../../rest/operation.ts'
import type { Repository } from '../../rest/repository.ts'
import { faultText } from './faults.ts'
import { PacksRefused, type LivePacks, type Reloaded } from './live.ts'
import { publishPacks } from './publish.ts'

export const reloadPacks = (packs: LivePacks, repository: Repository): Promise<readonly Reloaded[]> =>
  packs.reload(changed => publishPacks(repository, [changed]))

export const createReloadOperation = (packs: LivePacks): Operation => operation({
  code: 'reload-packs',
  title: 'Reload the rule packs',
  documentation: 'Reads the files of the rule packs again. All or none: one with a fault is refused with its line and column, and the '
    + 'packs in force stay.',
  resource: ['PlanDefinition'],
  system: false, type: true, instance: false, affectsState: true,
  parameter: [
    { name: 'pack', use: 'out', min: 1, max: '*', documentation: 'The packs in force now.', part: [
      { name: 'canonical', use: 'out', min: 1, max: '1', type: 'canonical', documentation: 'Rule pack.' },
      { name: 'version', use: 'out', min: 1, max: '1', type: 'string', documentation: 'Its version.' },
      { name: 'was', use: 'out', min: 0, max: '1', type: 'string', documentation: 'The version before; absent where nothing changed.' },
    ] },
  ],
}, async ({ repository }) => {
  try {
    const reloaded = await reloadPacks(packs, repository)
    return { status: 200, resource: { resourceType: 'Parameters', parameter: reloaded.map(packParameter) } }
  } catch (error) {
    if (error instanceof PacksRefused) throw refusal(error)
    throw error
  }
})

const packParameter = ({ canonical, version, was }: Reloaded): ParametersParameter => ({ name: 'pack', part: [
  { name: 'canonical', valueCanonical: canonical }, { name: 'version', valueString: version },
  ...(was === undefined ? [] : [{ name: 'was', valueString: was }]),
] })

const refusal = ({ refused }: PacksRefused): FhirError =>
  new FhirError(422, refused.flatMap(({ file, faults }) =>
    faults.flatMap(fault => outcomes.businessRule('pack-refused', faultText(file, fault)).issues)))
