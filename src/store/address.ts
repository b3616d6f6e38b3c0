/**
 * Where a store is: `sqlite:` and a file, or the address of a MongoDB deployment, in every form its driver takes.
 * https://www.mongodb.com/docs/manual/reference/connection-string/
 */

export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** With credentials, where it has any: never to be shown; `shownAddress` leaves them out. */
  | { readonly kind: 'mongodb'; readonly url: string }

const DATABASE = 'care-connexions'
const MONGODB = /^(mongodb(?:\+srv)?):\/\/(?:([^/?\s]*)@)?([^@/?\s]+)(?:\/([^/?\s]*))?(\?\S*)?$/

/**
 * The address in a text, the database `care-connexions` where it names none.
 *
 * @returns what the text has to be, when it is none; not the text, which may hold a password
 */
export const storeAddress = (text: string): StoreAddress | { readonly problem: string } => {
  if (/^mongodb(\+srv)?:/.test(text)) {
    const [, scheme, credentials, hosts, database = '', options = ''] = MONGODB.exec(text) ?? []
    if (scheme === undefined || hosts === undefined) {
      return {
        problem: 'must be mongodb:// and one or more hosts, such as mongodb://one:27017,two:27017/care-connexions?replicaSet=rs0; '
          + 'in a user name or password, write : / ? # [ ] @ and % as %3A, %2F and so on',
      }
    }
    const user = credentials === undefined ? '' : `${credentials}@`
    return { kind: 'mongodb', url: `${scheme}://${user}${hosts}/${database || DATABASE}${options}` }
  }
  const path = /^sqlite:(.+)$/.exec(text)?.[1]
  if (path === undefined) {
    return { problem: 'must be sqlite: and a file, such as sqlite:./data/hub.db, or the address of a MongoDB, mongodb://…' }
  }
  return { kind: 'sqlite', path }
}

/** For people and logs: the hosts and the database, without credentials and options. */
export const shownAddress = (address: StoreAddress): string => {
  if (address.kind === 'sqlite') return `sqlite:${address.path}`
  const [, scheme, , hosts, database] = MONGODB.exec(address.url) ?? []
  return `${scheme}://${hosts}/${database}`
}

/** A text that may be an address, or quote one, without what may be secret: what stands before its hosts and after its database. */
export const withoutCredentials = (text: string): string =>
  text.replace(/\b([a-z][a-z0-9+]*:\/{0,2})\S*@/gi, '$1…@').replace(/(:\/\/[^\s?]*\?)\S+/g, '$1…')
