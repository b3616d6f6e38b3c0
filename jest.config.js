/**
 * ESM TypeScript through swc; Node runs the same files without a build (docs/architecture.md).
 *
 * Every test runs on the embedded store or on none, test/contract on both stores. Where MONGO_URL names a replica set, a
 * chosen few of those that use a whole hub run on MongoDB as well; with `ON_MONGO=all` (`npm run test:mongo`) only they
 * run there, all of them.
 */
const one = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
}

const isAll = process.env.ON_MONGO === 'all'

/** A referral from end to end, search, transactions, histories, who sees what, the demo. */
const chosen = [
  'referral/everyday', 'intake/submit', 'rest/search', 'rest/transaction', 'rest/history', 'rest/conditional',
  'rest/visibility', 'rest/conformance/search', 'rest/near', 'directory/find', 'examples/demo',
].map(file => `<rootDir>/test/${file}.test.ts`)
const whole = ['access', 'directory', 'examples', 'intake', 'referral', 'rest', 'triage']
  .map(room => `<rootDir>/test/${room}/**/*.test.ts`)

const onMongo = {
  ...one,
  displayName: 'MongoDB',
  setupFiles: ['<rootDir>/test/on-mongo.ts'],
  testMatch: isAll ? whole : chosen,
  // They open the embedded store themselves, for its own sake.
  testPathIgnorePatterns: ['/node_modules/', 'rest/reindex/steps', 'rest/acting-practitioner'],
}

const { MONGO_URL } = process.env
if (isAll && !MONGO_URL) throw new Error('ON_MONGO=all needs MONGO_URL, a MongoDB replica set; npm run test:mongo provides one')

export default {
  maxWorkers: 2,
  // A worker keeps the modules of every file that it ran, some 3 GB after a hundred: past this it makes place for a new one.
  // (`--no-memory-protection-keys` in package.json is for these, too: V8 loses count of its pages of code where hundreds of
  // threads come and go, https://github.com/nodejs/node/issues/64500, and the worker with them.)
  workerIdleMemoryLimit: '1536MB',
  // Of all projects: one of a project's own is not looked at.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/store-counts.js'],
  projects: [...(isAll ? [] : [one]), ...(MONGO_URL ? [onMongo] : [])],
}
