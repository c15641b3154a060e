/** An agent that prints without end: a real runner and a real host, each in a process of its own, and the memory each took. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import type { ActivityLine } from '../../src/core/activity.js';
import type { AttemptEnd, AttemptSpec } from '../../src/core/ports.js';
import { repositoryRoot } from './root.js';

export interface Flooded {
  readonly end: AttemptEnd;
  /** Bytes of the raw record. */
  readonly raw: number;
  /** Highest resident memory, in bytes. */
  readonly runner: number;
  readonly host: number;
  /** Lines of activity that were kept, and those that a follower was given. */
  readonly kept: number;
  readonly followed: number;
  readonly last?: ActivityLine;
  readonly seconds: number;
}

/** What the agent prints: that many megabytes of messages, or one line of that size. */
export type Flood = 'messages' | 'one-line';

const LINE = JSON.stringify({ type: 'say', text: 'x'.repeat(180) });
const AGENT = `
  const [, , kind, megabytes] = process.argv;
  const chunk = kind === 'one-line' ? 'x'.repeat(1 << 20) : ${JSON.stringify(`${LINE}\n`)}.repeat(5240);
  const put = (text) => new Promise((resolve) => process.stdout.write(text, resolve));
  (async () => {
    await put('{"type":"start","session":"s1"}\\n');
    if (kind === 'one-line') await put('{"type":"say","text":"');
    for (let n = 0; n < Number(megabytes); n += 1) await put(chunk);
    if (kind === 'one-line') await put('"}\\n');
    await put('{"type":"say","text":"the end"}\\n{"type":"end","ok":true}\\n');
  })();`;

export async function flood(kind: Flood, megabytes: number): Promise<Flooded> {
  const root = await mkdtemp(join(tmpdir(), 'flood-'));
  try {
    const cwd = join(root, 'worktree');
    await mkdir(cwd);
    await build({
      absWorkingDir: repositoryRoot,
      entryPoints: { runner: 'src/adapters/runner/main.ts', host: 'test/support/floodHost.ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outdir: root,
      logLevel: 'error',
    });
    await writeFile(join(root, 'agent.cjs'), AGENT);
    await writeFile(join(root, 'watched.cjs'), `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(join(root, 'memory'))}, String(process.resourceUsage().maxRSS))); require('./runner.js');`);
    const spec: AttemptSpec = {
      v: 1,
      run: 'r1',
      task: 'db',
      title: 'A flood',
      role: 'executor',
      attempt: 1,
      agent: 'scripted',
      cwd,
      folder: join(root, 'attempt'),
      nonce: `flood-${process.pid}-${Date.now()}`,
      command: { file: process.execPath, args: [join(root, 'agent.cjs'), kind, String(megabytes)], setEnv: {}, passEnv: [] },
      passEnv: ['PATH', 'HOME', 'TMPDIR'],
      setEnv: {},
      limits: { idleMs: 600_000, totalMs: 1_800_000 },
    };
    await writeFile(join(root, 'spec.json'), JSON.stringify(spec));
    const started = performance.now();
    const { stdout } = await execa(process.execPath, [join(root, 'host.js'), join(root, 'spec.json'), join(root, 'watched.cjs')], { env: { PATH: process.env['PATH'] ?? '', HOME: root, TMPDIR: root }, extendEnv: false });
    const seconds = (performance.now() - started) / 1000;
    const { rss, ...host } = JSON.parse(stdout) as Omit<Flooded, 'raw' | 'runner' | 'host' | 'seconds'> & { readonly rss: number };
    return { ...host, host: rss, runner: Number(await readFile(join(root, 'memory'), 'utf8')) * 1024, raw: (await stat(join(spec.folder, 'stdout.jsonl'))).size, seconds };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}
