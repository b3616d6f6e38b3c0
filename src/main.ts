/**
 * The process. Types are stripped and code is compiled once and kept under build/: the second start takes half the CPU
 * of the first (0.55 s instead of 0.95 s) and 20 MB less, since the stripper is hardly needed. docs/performance.md
 *
 * Loading `serve.ts` by hand comes after that, which imports at the top of this file would not.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../build/compile-cache', import.meta.url))
enableCompileCache(folder)
// The store's threads, which take it from here. Where the folder cannot be written, everything is compiled anew.
process.env['NODE_COMPILE_CACHE'] ??= folder

const { serve } = await import('./serve.ts')
await serve()
