import { readFileSync } from 'node:fs'
import { ROLES, type Role } from '../../src/access/caller.ts'
import { operationTable, rolesFor } from '../../src/access/permissions.ts'

const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8')

/** Rows of the table under a header line that starts with `first`. */
const rowsOf = (first: string): readonly (readonly string[])[] => {
  const lines = page.split('\n')
  const start = lines.findIndex(line => line.startsWith(`| ${first} |`))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))
}

const roles = (cell = ''): readonly Role[] =>
  (cell === 'everyone' ? ROLES : cell === 'nobody' ? [] : ROLES.filter(role => cell.split(', ').includes(role)))

const permissions = rowsOf('type').flatMap(([types = '', read, create, change]) =>
  types.split(', ').map(type => ({ type, read: roles(read), create: roles(create), change: roles(change) })))

const operations = rowsOf('operation').flatMap(([codes = '', allowed]) =>
  codes.split(', ').map(code => ({ code: code.replaceAll('`', '').slice(1), allowed: roles(allowed) })))

describe('docs/access.md says what the tables say', () => {
  it('about some types of every kind', () => expect(permissions.length).toBeGreaterThan(15))

  it.each(permissions)('of $type', ({ type, read, create, change }) => {
    for (const interaction of ['read', 'search', 'history'] as const) expect(rolesFor(interaction, type)).toEqual(read)
    expect(rolesFor('create', type)).toEqual(create)
    for (const interaction of ['update', 'delete'] as const) expect(rolesFor(interaction, type)).toEqual(change)
  })

  it('of every operation', () => {
    expect(Object.fromEntries(operations.map(({ code, allowed }) => [code, allowed])))
      .toEqual(Object.fromEntries([...operationTable].map(([code, row]) => [code, ROLES.filter(role => row.roles.includes(role))])))
  })
})
