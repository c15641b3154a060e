// `npm run test:faults`: goes on where the tests stop. Deals faults to runs by seed, more and closer together.
//   node test/faults/explore.mjs --kills N [--seed N]     N runs with four real kills each (needs dist/)
//   node test/faults/explore.mjs --stories N [--seed N] [--steps N]   N random stories of a person, agents and landings
//   node test/faults/explore.mjs [--seed N] [--count N] [--per-run N] [--kinds crash,power] [--match TEXT] [--only "crash at git.advance()#1"]
import { parseArgs } from 'node:util';
import { loadTs } from '../support/loadTs.mjs';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, count: { type: 'string' }, 'per-run': { type: 'string', default: '3' }, kinds: { type: 'string' }, match: { type: 'string' }, only: { type: 'string', multiple: true }, kills: { type: 'string' }, stories: { type: 'string' }, steps: { type: 'string', default: '150' }, parallel: { type: 'string', default: '4' }, long: { type: 'boolean', default: false } },
});
const { campaign, deal, faultsAt, forgetTemplate, killsOf, nameOf, parseFault, record, surviveKills } = await loadTs('test/support/faults/campaign.ts');

/** mulberry32: small, and the same everywhere. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const next = random(seed);
const shuffled = (list) => list.map((item) => [next(), item]).sort(([one], [other]) => one - other).map(([, item]) => item);

if (values.kills !== undefined) process.exit(await exploreKills(Number(values.kills)));
if (values.stories !== undefined) process.exit(await exploreStories(Number(values.stories)));

let groups;
if (values.only !== undefined) groups = [values.only.map(parseFault)];
else {
  let faults = faultsAt(await record(), values.kinds?.split(','));
  if (values.match !== undefined) faults = faults.filter((fault) => nameOf(fault).includes(values.match));
  faults = shuffled(faults).slice(0, Number(values.count ?? faults.length));
  groups = deal(faults, Number(values['per-run']));
}
console.log(`seed ${seed}: ${groups.flat().length} faults in ${groups.length} runs`);
const started = Date.now();
let fired = 0;
let bad = 0;
await campaign(groups, Number(values.parallel), (result) => {
  fired += result.fired;
  // Agents survive a crash, so nobody may have begun again; after an error or a power cut somebody may.
  if (result.extraAttempts > 0 && result.faults.every(({ kind }) => kind.startsWith('crash'))) {
    bad += 1;
    console.log(`✗ an agent was begun again: ${result.faults.map(nameOf).join(' + ')}`);
  }
  if (result.problem === undefined) return;
  bad += 1;
  console.log(`✗ ${result.faults.map(nameOf).join(' + ')}\n  ${values.long || values.only ? result.problem : result.problem.slice(0, 600)}`);
});
await forgetTemplate();
console.log(`${fired} faults survived, ${bad} runs went wrong, ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(bad === 0 ? 0 : 1);

async function exploreStories(count) {
  const { play } = await loadTs('test/support/stories/story.ts');
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  const sum = { steps: 0, landed: 0, crashes: 0, wrong: 0 };
  const worker = async () => {
    for (let mine = seeds.shift(); mine !== undefined; mine = seeds.shift()) {
      const report = await play(mine, Number(values.steps));
      for (const key of ['steps', 'landed', 'crashes']) sum[key] += report[key];
      if (report.wrong.length === 0) continue;
      sum.wrong += 1;
      console.log(`✗ seed ${mine}: ${report.wrong.join('\n')}\n${(values.long ? report.told : report.told.slice(-60)).join('\n')}`);
    }
  };
  await Promise.all([worker(), worker()]);
  await forgetTemplate();
  console.log(`${sum.steps} steps from seed ${seed} on, ${sum.landed} landings, ${sum.crashes} crashes, ${sum.wrong} stories went wrong`);
  return sum.wrong === 0 ? 0 : 1;
}

async function exploreKills(count) {
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  let killed = 0;
  let wrong = 0;
  const worker = async () => {
    for (let mine = seeds.shift(); mine !== undefined; mine = seeds.shift()) {
      const report = await surviveKills(killsOf(mine));
      killed += report.killed.length;
      if (report.wrong.length === 0) continue;
      wrong += 1;
      console.log(`✗ seed ${mine}: ${report.wrong.join('\n')}\n${report.story.join('\n')}`);
    }
  };
  await Promise.all([worker(), worker()]);
  await forgetTemplate();
  console.log(`${killed} kills survived from seed ${seed} on, ${wrong} runs went wrong`);
  return wrong === 0 ? 0 : 1;
}
