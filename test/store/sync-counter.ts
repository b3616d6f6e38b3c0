/**
 * Counts a child's fsyncs: a few lines of C before libc, each call appends a byte to a file. Where there is no C
 * compiler, or no LD_PRELOAD, tests that need it are skipped and say so.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static void count(void) {
  const char *log = getenv("SYNC_LOG");
  int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
  if (fd >= 0) { if (write(fd, ".", 1) < 0) abort(); close(fd); }
}
int fsync(int fd) { count(); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { count(); return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
`

/** Why syncs cannot be counted here; undefined when they can. */
export const whyNot: string | undefined =
  process.platform !== 'linux' ? 'needs Linux' : spawnSync('cc', ['--version']).status === 0 ? undefined : 'needs a C compiler'

/** Compiles the counter into a folder; returns the environment of a child whose syncs are counted in `log`. */
export const countingEnvironment = (folder: string): { readonly env: NodeJS.ProcessEnv; readonly log: string } => {
  const source = join(folder, 'count.c')
  const library = join(folder, 'count.so')
  const log = join(folder, 'syncs')
  writeFileSync(source, SOURCE)
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'])
  if (made.status !== 0) throw new Error(`the counter does not compile: ${made.stderr.toString()}`)
  return { env: { ...process.env, NODE_OPTIONS: '', LD_PRELOAD: library, SYNC_LOG: log }, log }
}
