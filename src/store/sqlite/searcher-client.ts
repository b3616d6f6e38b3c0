/** The serving thread's end of the search worker, started with the first search that needs it. */
import { Worker } from 'node:worker_threads'
import type { SearchPlan } from '../../search/plan.ts'
import { Overloaded, TooCostly, type HistoryPage, type HistoryQuery, type SearchPage } from '../store.ts'
import { decodePage } from './pages.ts'
import type { SearcherAnswer, SearcherRequest } from './searcher.ts'

/** One worker runs them one by one: whoever would wait longer than this many deadlines is refused at once. */
const MAX_QUEUED = 16

interface Waiting {
  readonly resolve: (page: SearchPage | HistoryPage) => void
  readonly reject: (error: Error) => void
}

export interface SearcherClient {
  search(plan: SearchPlan): Promise<SearchPage>
  history(query: HistoryQuery): Promise<HistoryPage>
  close(): Promise<void>
}

export const createSearcher = (path: string, limitMs: number): SearcherClient => {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0

  /** What a worker leaves unanswered is for those who asked it, and not for whoever asks the one after it. */
  const fail = (lost: Worker, error: Error): void => {
    if (worker !== lost) return
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./searcher.ts', import.meta.url), {
      workerData: { path }, execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    started.unref()
    started.on('error', error => fail(started, error as Error))
    started.on('exit', () => fail(started, new Error('the search worker stopped')))
    started.on('message', (answer: SearcherAnswer) => {
      const one = waiting.get(answer.id)
      waiting.delete(answer.id)
      switch (answer.kind) {
        case 'page': return one?.resolve(decodePage(answer.page))
        case 'too-costly': return one?.reject(new TooCostly(limitMs))
        case 'failed': return one?.reject(new Error(answer.reason))
      }
    })
    return started
  }
  const ask = (request: (id: number) => SearcherRequest): Promise<SearchPage | HistoryPage> => new Promise((resolve, reject) => {
    if (waiting.size >= MAX_QUEUED) return reject(new Overloaded('the queue of searches is full'))
    const id = ++lastId
    waiting.set(id, { resolve, reject })
    worker ??= start()
    worker.postMessage(request(id))
  })

  return {
    search: plan => ask(id => ({ kind: 'search', id, plan, limitMs })) as Promise<SearchPage>,
    history: query => ask(id => ({ kind: 'history', id, query, limitMs })) as Promise<HistoryPage>,
    async close() {
      const running = worker
      if (running === undefined) return
      const ended = new Promise<void>(resolve => { running.once('exit', () => resolve()) })
      running.postMessage('close')
      await ended
    },
  }
}
