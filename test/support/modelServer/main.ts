/**
 * The model server alone, for trying a CLI by hand: `node test/support/modelServer/serve.mjs [port] [story.json]`. The story holds
 * `{"plan": …, "work": [[[step, …], …], …]}`; without one it writes `hello.txt` and says so.
 */
import { readFile } from 'node:fs/promises';
import { record } from './json.js';
import { planAndWork, type Round } from './planAndWork.js';
import { startModelServer } from './server.js';

const [port, story] = process.argv.slice(2);
const given = story === undefined ? {} : record(JSON.parse(await readFile(story, 'utf8')));
const hello: readonly Round[] = [[[{ text: 'I create the file.' }, { write: { path: 'hello.txt', text: 'hello\n' } }], [{ text: 'Done.' }]]];
const rounds = Array.isArray(given['work']) ? (given['work'] as readonly Round[]) : hello;
const server = await startModelServer(
  planAndWork(given['plan'] ?? { tasks: [] }, (_prompt, request) => {
    process.stderr.write(`${request.wire} ${request.model} round ${request.round} step ${request.step} tools ${request.tools.map((tool) => tool.name).join(',')}\n`);
    return rounds;
  }),
  Number(port ?? 0),
);
process.stdout.write(`${server.url}\n`);
