/** `floodHost.cjs SPEC RUNNER`: starts one attempt as the editor's host does, follows all it says, and prints how much memory that took. */
import { readFile } from 'node:fs/promises';
import { createActivities } from '../../src/adapters/runner/activity.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { createRunners } from '../../src/adapters/runner/runners.js';
import type { AttemptSpec } from '../../src/core/ports.js';

const activities = createActivities();

async function main(): Promise<void> {
  const [file = '', runnerPath = ''] = process.argv.slice(2);
  const spec = JSON.parse(await readFile(file, 'utf8')) as AttemptSpec;
  const runners = createRunners({ launch: headlessLauncher(process.env), node: process.execPath, runnerPath, environment: process.env });
  const attempt = await runners.start(spec, {});
  let followed = 0;
  const stop = activities.follow(spec.folder, (lines) => (followed += lines.length));
  const end = await attempt.ended;
  stop();
  const all = await activities.read(spec.folder, 0);
  console.log(JSON.stringify({ end, followed, kept: all.length, last: all.at(-1), rss: process.resourceUsage().maxRSS * 1024 }));
}

void main();
