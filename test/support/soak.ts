/**
 * The soak: twenty agents that talk without end in the packaged extension, and a person who watches one of them in the
 * dashboard. Measured for some minutes: the host's memory, how long a line takes to the screen, and the processes of git
 * that run though nothing changes.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { dashboardIn } from '../e2e/support/dashboard.js';
import { commandLines } from '../e2e/support/processes.js';
import { makeProject } from '../e2e/support/project.js';
import { openStage, type Stage } from '../e2e/support/stage.js';
import type { ActivityLine } from '../../src/core/activity.js';
import { processesWith } from './editor/processTree.js';

const AGENTS = 20;
const LINES_A_SECOND = 50;
const GOAL = 'Talk without end';
const WATCHED = 'talk-1';
const SAMPLE_MS = 5_000;

export interface Soaked {
  /** Megabytes of the extension host: each sample, and the medians of the minute (or half) after the first and of the last. */
  readonly memory: readonly number[];
  readonly before: number;
  readonly after: number;
  /** Milliseconds from an agent's saying a line to its being painted. */
  readonly p50: number;
  readonly p95: number;
  readonly lines: number;
  /** Lines that all agents together were heard to say in a second. */
  readonly heardPerSecond: number;
  /** Our processes of git, and the editor's own, a second. */
  readonly git: number;
  readonly editorsGit: number;
  readonly seconds: number;
  /** Share of one processor that the extension host took, and how many processes waited for the machine's processors at the end. */
  readonly hostCpu: number;
  readonly load: number;
}

/** Stands before git on the PATH and writes down who asked for what. */
async function countedGit(folder: string): Promise<{ readonly path: string; readonly calls: () => Promise<readonly string[]> }> {
  const bin = join(folder, 'bin');
  const log = join(folder, 'git-calls.txt');
  await mkdir(bin, { recursive: true });
  await writeFile(log, '');
  // The editor's own git extension marks its processes.
  await writeFile(join(bin, 'git'), `#!/bin/sh\necho "\${VSCODE_GIT_COMMAND:+editor }$1 $2 $3" >> '${log}'\nPATH="\${PATH#*:}"\nexec git "$@"\n`);
  await chmod(join(bin, 'git'), 0o755);
  return { path: `${bin}:${process.env['PATH'] ?? ''}`, calls: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '') };
}

async function makeRepository(root: string, minutes: number): Promise<void> {
  // It talks longer than it is watched.
  const times = Math.ceil((minutes + 6) * 60 * LINES_A_SECOND);
  const tasks = Array.from({ length: AGENTS }, (_, at) => ({
    id: `talk-${at + 1}`,
    title: `Talker ${at + 1}`,
    instructions: 'Talk.',
    dependsOn: [],
    contract: { owns: [`src/${at + 1}/**`], gate: ['true'] },
    tier: 'standard',
    script: [{ say: 'line {n}. at {at} of a long story about nothing, as agents tell it', times, everyMs: 1000 / LINES_A_SECOND }],
  }));
  const scripted = { agent: 'scripted' };
  await makeProject(
    root,
    {
      'a.txt': 'a\n',
      '.switchyard/team.jsonc': JSON.stringify({ version: 1, planner: scripted, tiers: { fast: scripted, standard: scripted, deep: scripted }, limits: { maxParallel: AGENTS, attemptMinutes: 60 } }),
      '.switchyard/scripted-plans.json': JSON.stringify({ plans: [{ version: 1, goal: GOAL, tasks }] }),
    },
    'Talkers',
  );
}

async function extensionHost(stage: Stage): Promise<number> {
  for (const pid of await processesWith('HOME', join(stage.editor.userDir, 'home'))) if ((await commandLines([pid])).some((line) => line.includes('--type=extensionHost'))) return pid;
  throw new Error('there is no extension host');
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Seconds of processor time that a process has taken. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / 100;
}

/** Writes down in the page how long after it was said each line was first painted. */
async function watchLines(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const late: number[] = [];
    Object.assign(window, { soakLate: late });
    const numbered = (row: Element | undefined): number => Number(/line (\d+)\. at/u.exec(row?.textContent ?? '')?.[1] ?? 0);
    const shown = (): Element[] => [...(document.querySelector('.lines-tail')?.children ?? [])].reverse();
    // What stood there before was said before anybody looked.
    let last = numbered(shown()[0]);
    const look = (): void => {
      const now = Date.now();
      const fresh: [number, number][] = [];
      for (const row of shown()) {
        const [, number, at] = /line (\d+)\. at (\d+)/u.exec(row.textContent) ?? [];
        if (number === undefined || Number(number) <= last) break;
        fresh.push([Number(number), now - Number(at)]);
      }
      last = fresh[0]?.[0] ?? last;
      late.push(...fresh.reverse().map(([, ms]) => ms));
    };
    // A frame after the change it stands on the screen.
    new MutationObserver(() => requestAnimationFrame(look)).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Linux only: memory is read from `/proc`. */
export async function soak(minutes: number, say: (text: string) => void): Promise<Soaked> {
  let counted: Awaited<ReturnType<typeof countedGit>> | undefined;
  const stage = await openStage('soak', {
    make: (root) => makeRepository(root, minutes),
    editor: async (folder) => {
      counted = await countedGit(folder);
      return { env: { PATH: counted.path } };
    },
  });
  try {
    const { wb, root } = stage;
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboardIn(wb).state(WATCHED, 'proposed', 120_000);
    await wb.runCommand('Switchyard: Approve Plan');
    for (let at = 1; at <= AGENTS; at += 1) await dashboardIn(wb).state(`talk-${at}`, 'working', 240_000);
    await dashboardIn(wb).select(WATCHED);
    const panel = await dashboardIn(wb).tab('Activity');
    await panel.getByText(/line \d+\. at/u).first().waitFor({ timeout: 60_000 });
    say('all agents talk');
    const frame = await dashboardIn(wb).frame();
    await watchLines(frame);
    const pid = await extensionHost(stage);
    const memory: number[] = [];
    const first = (await counted?.calls())?.length ?? 0;
    const cpu = await cpuSeconds(pid);
    const began = Date.now();
    while (Date.now() < began + minutes * 60_000) {
      await delay(SAMPLE_MS);
      memory.push(await residentMb(pid));
      if (memory.length % 12 === 0) say(`${Math.round((Date.now() - began) / 1000)} s: host ${Math.round(memory.at(-1) ?? 0)} MB`);
    }
    const seconds = (Date.now() - began) / 1000;
    const hostCpu = ((await cpuSeconds(pid)) - cpu) / seconds;
    const calls = ((await counted?.calls()) ?? []).slice(first);
    const late = await frame.evaluate(() => (window as unknown as { readonly soakLate: readonly number[] }).soakLate);
    await stage.picture('end');
    const folder = join(root, '.git/switchyard/runs/r1/attempts', WATCHED, '1');
    const activity = (await readFile(join(folder, 'activity.jsonl'), 'utf8')).split('\n').slice(0, -1).map((text) => JSON.parse(text) as ActivityLine);
    const inSoak = activity.filter(({ type, at }) => type === 'message' && at >= began && at < began + seconds * 1000).length;
    const minute = Math.min(60_000 / SAMPLE_MS, Math.floor(memory.length / 2));
    const rest = memory.slice(Math.min(60_000 / SAMPLE_MS, Math.floor(memory.length / 2)));
    for (const call of new Set(calls)) say(`git ${call}: ${calls.filter((each) => each === call).length} times`);
    return {
      memory,
      before: median(rest.slice(0, minute)),
      after: median(memory.slice(-minute)),
      p50: median(late),
      p95: quantile(late, 0.95),
      lines: late.length,
      heardPerSecond: (inSoak / seconds) * AGENTS,
      git: calls.filter((call) => !call.startsWith('editor ')).length / seconds,
      editorsGit: calls.filter((call) => call.startsWith('editor ')).length / seconds,
      seconds,
      hostCpu,
      load: loadavg()[0] ?? 0,
    };
  } finally {
    await stage.close();
  }
}
