/**
 * The composition root: the one place where the rooms meet. `createHub` makes a hub from a configuration; nothing in
 * it listens yet (`main.ts` does, tests hand the app to supertest).
 */
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { auditEvent, type AuditEntry } from './access/audit.ts'
import { openRegistry } from './access/clients.ts'
import { grantToken } from './access/grant.ts'
import { createReplayMemory } from './access/replay.ts'
import { createTokens, loadTokenKey } from './access/tokens.ts'
import { auditLabels } from './access/visibility.ts'
import type { Config } from './config.ts'
import { loadDefinitions } from './definitions/load.ts'
import { following } from './definitions/overlay.ts'
import { notInForce } from './directory/coverage.ts'
import { openPostcodes, shownCoverage, type LivePostcodes } from './directory/coverage/live.ts'
import { loadBoundaries } from './directory/find/boundaries.ts'
import { openCatalogue } from './directory/find/catalogue.ts'
import { createFind } from './directory/find/operation.ts'
import { findPlace } from './directory/find/place.ts'
import { openDirectory } from './directory/live.ts'
import { loadLocalities } from './directory/load.ts'
import { createTeamGuard, loadDirectory } from './directory/shipped.ts'
import { reportCapacity } from './directory/report-capacity.ts'
import { manualClock, systemClock, type Clock } from './fhir/clock.ts'
import { createAddresses } from './http/addresses.ts'
import { createApp } from './http/app.ts'
import { byToken, withoutTokens } from './http/authentication.ts'
import type { ManualClock } from './http/clock-endpoint.ts'
import { deniedEntry } from './http/denied.ts'
import { createReadiness } from './http/readiness.ts'
import { createSubmit } from './intake/submit.ts'
import { availableActions } from './referral/available-actions.ts'
import { createReferralGuard } from './referral/guard.ts'
import { createTriageAgain } from './referral/newest-proposal.ts'
import type { Hub as ReferralHub, Propose } from './referral/proposing.ts'
import { transition } from './referral/transition.ts'
import { createActingPractitionerFinder } from './rest/acting-practitioner.ts'
import { answering } from './rest/answered.ts'
import type { RestParts } from './rest/context.ts'
import { createDefinitionGuard, createDefinitionRule } from './rest/definitions/guard.ts'
import { openLiveDefinitions } from './rest/definitions/live.ts'
import { loadPackages, packagesIn } from './rest/definitions/packages.ts'
import { encounterEverything, patientEverything } from './rest/everything/everything.ts'
import { latestSequence, openHearing } from './rest/hearing.ts'
import { meta, metaAdd, metaDelete } from './rest/meta/meta.ts'
import type { Operation } from './rest/operation.ts'
import { isOwn, operationDefinitionOf } from './rest/operation-definitions.ts'
import { createOperations } from './rest/operations.ts'
import { publish } from './rest/publish.ts'
import { createReindexOperation } from './rest/reindex/operation.ts'
import { openReindexer } from './rest/reindex/reindex.ts'
import { createUnindexed } from './rest/reindex/unindexed.ts'
import { createRepository, type Repository } from './rest/repository.ts'
import { createHandler } from './rest/router.ts'
import { createParameterGuard } from './rest/search-parameters/guard.ts'
import { openLiveParameters } from './rest/search-parameters/live.ts'
import { withParameterRules } from './rest/search-parameters/rules.ts'
import { validate } from './rest/validate.ts'
import { createFollowingExtractor } from './search/extract.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { createPackView } from './triage/finding.ts'
import { openPacks, type Reloaded } from './triage/packs/live.ts'
import { createPackGuard, publishPacks } from './triage/packs/publish.ts'
import { createReloadOperation, reloadPacks } from './triage/packs/reload.ts'
import { createProposing } from './triage/proposing.ts'
import { createTriageOperation } from './triage/triage.ts'
import { createValidator } from './validation/engine.ts'

export interface Hub {
  readonly app: Express
  readonly repository: Repository
  readonly store: Store
  readonly rest: RestParts
  /** The imported postcode directory. */
  readonly postcodes: LivePostcodes
  /** Which coverage is in force, for the operator: a line, and one for each locality that does not go by it. */
  coverage(): readonly string[]
  /** Reads the rule packs' files again; rejects with `PacksRefused`, with nothing changed. */
  reloadPacks(): Promise<readonly Reloaded[]>
  /** Closes the store; what was acknowledged is durable already. */
  close(): Promise<void>
}

export interface HubOptions {
  readonly config: Config
  readonly logger: Logger
  /** The port listened on, once it is known (PORT=0). */
  readonly port: () => number
  /** Folder of localities; those the hub ships unless given. */
  readonly localities?: string
  /** Stands around triage, for a test of what happens when it fails. */
  readonly aroundTriage?: (propose: Propose) => Propose
}

const LOCALITIES = fileURLToPath(new URL('../localities', import.meta.url))

/** Rejects, nothing left open, with `Unavailable` or a refusal of 503 while the store is away, and with what else is wrong. */
export const createHub = async (options: HubOptions): Promise<Hub> => {
  const { config, logger } = options
  const manual = config.clock.kind === 'manual' ? manualClock(config.clock.start) : undefined
  const clock = manual ?? systemClock()
  const store = await openStore(config.store, { clock, searchDeadlineMs: config.searchLimitMs })
  const postcodes = await openPostcodes(config.coverage, {
    onProblem: error => logger.error({ err: error }, 'the postcode directory cannot be used; what was in force stays'),
    onChange: table => logger.info(`coverage: ${shownCoverage({ table })}`),
  })
  try {
    return await compose(options, { store, clock, manual, postcodes })
  } catch (error) {
    postcodes.close()
    await store.close()
    throw error
  }
}

/** What is open before the rest is made. */
interface Opened {
  readonly store: Store
  readonly clock: Clock
  readonly manual: ManualClock | undefined
  readonly postcodes: LivePostcodes
}

const compose = async (
  { config, logger, port, localities: folder = LOCALITIES, aroundTriage = propose => propose }: HubOptions,
  { store, clock, manual, postcodes }: Opened,
): Promise<Hub> => {
  const { definitions: shipped, loaded, problems } = loadPackages(config.packages === undefined ? [] : packagesIn(config.packages), loadDefinitions())
  for (const line of loaded) logger.info(`package ${line}`)
  for (const problem of problems) logger.error(`package ${problem}`)
  const since = await latestSequence(store)
  const defined = await openLiveDefinitions(store, shipped, problem => logger.error(problem))
  const localities = loadLocalities(folder, postcodes)
  const boundaries = loadBoundaries(folder)
  const addresses = createAddresses(config, port)
  /** For requests: what the store cannot do is answered. What runs beside them is told as it is. */
  const answers = answering(store)

  const hubs: readonly ReferralHub[] = localities.map(({ name, title, hub }) => (
    { locality: name, organization: hub.organization, ods: hub.ods, name: title }))
  const directory = await openDirectory(store, localities)
  const triage = openPacks(localities)
  const opening = {
    propose: aroundTriage(createProposing(triage, directory)), hubs,
    onFault: (error: unknown) => logger.error({ err: error }, 'triage failed; the referral is stored and waits for a person'),
  }
  const live = await openLiveParameters(store, shipped)
  const hearing = await openHearing(store, since, versions => {
    defined.hear(versions)
    live.hear(versions)
  })
  const extract = createFollowingExtractor(live.definitions, { bases: config.baseUrl === undefined ? [] : [`${config.baseUrl}/fhir`] })
  const repository = createRepository({
    store: answers, clock,
    validator: withParameterRules(createValidator(following(defined.definitions)), live.definitions),
    profiles: config.profiles,
    extract, hearing,
    guards: [createReferralGuard(opening), createParameterGuard(live), createDefinitionGuard(defined), createPackGuard(triage), createTeamGuard()],
    rules: [createDefinitionRule(defined)],
  })
  const reindexer = await openReindexer({
    store, live, hearing, clock, extract,
    onFault: error => logger.error({ err: error }, 'reindexing stopped; begin it again with $reindex'),
  })
  await loadDirectory(repository, localities)
  await publishPacks(repository, triage.packs)
  const operations: readonly Operation[] = [
    createSubmit(opening),
    createTriageOperation({ triage, directory, again: createTriageAgain(opening) }),
    transition,
    availableActions,
    createFind({ packs: createPackView(triage, directory), findPlace: given => findPlace(localities, boundaries, given), catalogue: openCatalogue(answers) }),
    reportCapacity,
    validate,
    patientEverything, encounterEverything,
    meta, metaAdd, metaDelete,
    createReindexOperation(live, reindexer),
    createReloadOperation(triage),
  ]
  await publish(repository, 'publish-operations', operations.map(({ definition }) => definition).filter(isOwn).map(operationDefinitionOf))

  const tokenKey = loadTokenKey(config.tokenKey)
  const rest: RestParts = {
    repository, clock,
    get definitions() { return live.over(defined.definitions()) },
    unindexed: createUnindexed(live, reindexer),
    operations: createOperations(operations),
    pageKey: createHmac('sha256', tokenKey).update('page links').digest(),
    policy: { updateCreate: config.updateCreate, conditionalDelete: config.conditionalDelete },
  }
  const registry = openRegistry(config.clients, problem => logger.error({ err: problem }, 'the registry of clients cannot be read'))
  const tokens = createTokens({ key: tokenKey, registry, now: realSeconds })
  const granting = {
    registry, tokens, clock,
    audiences: addresses.audiences, replay: createReplayMemory(), now: realSeconds,
    findActingPractitioner: createActingPractitionerFinder(answers, clock),
    audit: (entry: AuditEntry) => recordAlone(answers, entry),
  }
  const app = createApp({
    handler: createHandler(rest),
    authentication: config.auth === 'on' ? byToken(tokens) : withoutTokens,
    grant: (form, requestId) => grantToken(granting, form, requestId),
    addresses, manualClock: manual, isReady: createReadiness(() => store.check(), logger), logger,
    recordDenied: (refused, caller) => recordAlone(answers, deniedEntry(refused, caller, clock.now())),
  })
  return {
    app, repository, store, rest, postcodes,
    coverage: () => [shownCoverage(postcodes), ...notInForce(localities)],
    reloadPacks: () => reloadPacks(triage, repository),
    async close() {
      postcodes.close()
      await reindexer.stop()
      await store.close()
    },
  }
}

/** Tokens and assertions live in the machine's time, whatever the hub's clock says (design: token expiry uses real time). */
const realSeconds = (): number => Math.floor(Date.now() / 1000)

/** An audit entry with a commit of its own: a login, a refusal. */
const recordAlone = async (store: Store, entry: AuditEntry): Promise<void> => {
  const { ref, json, index } = auditEvent(entry)
  await store.commit({ expect: [], writes: [{ kind: 'put', ref, replaces: 0, method: 'POST', json, index, audience: auditLabels(entry.caller) }] })
}
