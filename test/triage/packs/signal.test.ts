/** SIGHUP to the process of a hub: the rule packs are read again, the hub goes on, and its operator is told. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

it('reloads the packs, and says which version took the place of which, or what is wrong with one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'care-connexions-signal-'))
  for (const path of ['src', 'localities', 'build/definitions', 'package.json']) cpSync(path, join(root, path), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  const pack = join(root, 'localities/east-staffordshire/pack.json')
  const version = /"version": "([\d.]+)"/.exec(readFileSync(pack, 'utf8'))?.[1] ?? ''
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/main.ts')], {
    cwd: root, stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', AUTH: 'off', STORE: `sqlite:${join(root, 'hub.db')}`, CLIENTS: join(root, 'clients.json'), LOG_LEVEL: 'warn' },
  })
  const reader = createInterface({ input: child.stdout })
  const lines = reader[Symbol.asyncIterator]()
  const next = async (wanted: RegExp): Promise<string> => {
    for (;;) {
      const line = await lines.next()
      if (line.done === true) throw new Error(`the hub ended before it said ${wanted}`)
      if (wanted.test(line.value)) return line.value
    }
  }
  try {
    await next(/coverage:/)
    await next(/AUTH=off/)
    writeFileSync(pack, readFileSync(pack, 'utf8').replace(`"version": "${version}"`, '"version": "7.0.0"'))
    child.kill('SIGHUP')
    expect(await next(/^rule packs/)).toContain(`east-staffordshire ${version} -> 7.0.0`)
    writeFileSync(pack, readFileSync(pack, 'utf8').replace('"version": "7.0.0"', '"version": 8'))
    child.kill('SIGHUP')
    expect(await next(/refused/)).toContain('east-staffordshire/pack.json refused; the packs in force stay')
    expect(await next(/pack\.json:5:14/)).toContain('/version: is a number, and should be text')
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    reader.close()
    rmSync(root, { recursive: true, force: true })
  }
}, 60_000)
