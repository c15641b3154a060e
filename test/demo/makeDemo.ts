/** Makes the demo repository: a small real npm project with a real test suite, the scripted agent as its team, one commit. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../support/root.js';
import { DEMO_GOAL, recordedPlan } from './recordedPlan.js';

export { DEMO_GOAL };

export interface DemoOptions {
  /** Scales the agents' pauses; 0 in tests that only want the outcome. Default 1. */
  readonly pace?: number;
}

/** Fills `dir` (made where missing, must be empty) and commits it on `main`. Needs git. */
export async function makeDemo(dir: string, options: DemoOptions = {}): Promise<void> {
  await mkdir(dir, { recursive: true });
  await cp(join(repositoryRoot, 'test', 'demo', 'project'), dir, { recursive: true });
  const plans = { plans: [await recordedPlan(options.pace)] };
  await writeFile(join(dir, 'GOAL.md'), `${DEMO_GOAL}\n`);
  await writeFile(join(dir, '.switchyard', 'scripted-plans.json'), `${JSON.stringify(plans, null, 2)}\n`);
  const git = async (...args: string[]): Promise<void> => {
    await execa('git', args, { cwd: dir, stdin: 'ignore' });
  };
  await git('init', '--quiet', '--initial-branch=main');
  // The demo's own identity: it must also work where nobody has told git a name, and never sign with a person's key.
  await git('config', 'user.name', 'Switchyard Demo');
  await git('config', 'user.email', 'demo@switchyard.invalid');
  await git('config', 'commit.gpgSign', 'false');
  await git('add', '-A');
  await git('commit', '--quiet', '--no-verify', '-m', 'A small notes API');
}
