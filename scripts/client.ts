/**
 * `npm run client -- add NAME --role ROLE --ods CODE […] | list | remove NAME`: who may ask this hub for tokens.
 * Works on the registry file (CLIENTS); a running hub sees the change at once.
 */
import { parseArgs } from 'node:util'
import { ROLES, type Role } from '../src/access/caller.ts'
import { ALGORITHMS, ClientsError } from '../src/access/clients.ts'
import { addClient, listClients, removeClient } from '../src/access/keys.ts'
import { defaults } from '../src/config.ts'

const USAGE = `npm run client -- add NAME --role ROLE --ods CODE [--locality FOLDER] [--kind KIND] [--scope SCOPE]... [--alg ES384|RS384]
npm run client -- list
npm run client -- remove NAME
roles: ${ROLES.join(', ')}`

const registry = process.env.CLIENTS?.trim() || defaults.CLIENTS

class UsageError extends Error {}

const member = <T extends string>(known: readonly T[], text: string | undefined, what: string): T => {
  const found = known.find(one => one === text)
  if (found === undefined) throw new UsageError(`${what} must be one of: ${known.join(', ')}`)
  return found
}

const add = (name: string | undefined, args: readonly string[]): string => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      role: { type: 'string' }, ods: { type: 'string' }, locality: { type: 'string' }, kind: { type: 'string' },
      scope: { type: 'string', multiple: true }, alg: { type: 'string', default: 'ES384' },
    },
  })
  if (name === undefined || values.ods === undefined) throw new UsageError('a name and --ods are needed')
  const role: Role = member(ROLES, values.role, '--role')
  const key = addClient(registry, {
    id: name, role, organisation: values.ods, locality: values.locality, referrerKind: values.kind,
    scopes: values.scope, algorithm: member(ALGORITHMS, values.alg, '--alg'),
  })
  return `${name} may now ask for tokens as ${role} of ${values.ods.toUpperCase()}; its private key is ${key}`
}

const run = ([command, name, ...rest]: readonly string[]): string => {
  switch (command) {
    case 'add': return add(name, rest)
    case 'list': {
      const clients = listClients(registry)
      return clients.length === 0
        ? `no clients in ${registry}`
        : clients.map(({ id, role, organisation, scopes }) => `${id}\t${role}\t${organisation}\t${scopes.join(' ')}`).join('\n')
    }
    case 'remove':
      if (name === undefined) throw new UsageError('a name is needed')
      if (!removeClient(registry, name)) throw new ClientsError(`there is no client "${name}" in ${registry}`)
      return `${name} is removed; its tokens have ended`
    default: throw new UsageError('say what to do')
  }
}

try {
  process.stdout.write(`${run(process.argv.slice(2))}\n`)
} catch (error) {
  const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!isUsage && !(error instanceof ClientsError)) throw error
  process.stderr.write(`${(error as Error).message}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = 1
}
