/** The search worker: runs plans and histories that would keep the serving thread from everyone else, each with a deadline. */
import { parentPort, workerData } from 'node:worker_threads'
import type { SearchPlan } from '../../search/plan.ts'
import { TooCostly, type HistoryQuery } from '../store.ts'
import { openConnection } from './connection.ts'
import { createNames } from './names.ts'
import { encodePage } from './pages.ts'
import { runSearch } from './search.ts'
import { runHistory } from './versions.ts'

export type SearcherRequest =
  | { readonly kind: 'search'; readonly id: number; readonly plan: SearchPlan; readonly limitMs: number }
  | { readonly kind: 'history'; readonly id: number; readonly query: HistoryQuery; readonly limitMs: number }

export type SearcherAnswer =
  /** `page`: as `pages.ts` writes it. */
  | { readonly id: number; readonly kind: 'page'; readonly page: string }
  | { readonly id: number; readonly kind: 'too-costly' }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string }

const serve = (port: NonNullable<typeof parentPort>, path: string): void => {
  const connection = openConnection(path, true)
  const names = createNames(connection)

  const answer = (request: SearcherRequest): SearcherAnswer => {
    try {
      const page = request.kind === 'search'
        ? runSearch(connection, names, request.plan, request.limitMs)
        : runHistory(connection, names, request.query, request.limitMs)
      return { id: request.id, kind: 'page', page: encodePage(page) }
    } catch (error) {
      if (error instanceof TooCostly) return { id: request.id, kind: 'too-costly' }
      return { id: request.id, kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
    }
  }
  port.on('message', (request: SearcherRequest | 'close') => {
    if (request === 'close') {
      connection.close()
      port.close()
    } else {
      port.postMessage(answer(request))
    }
  })
}

if (parentPort !== null) serve(parentPort, (workerData as { readonly path: string }).path)
