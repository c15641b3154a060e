/** The model server by itself: what it says on each wire, and that a story keeps its place over resumes. */
import { afterEach, describe, expect, it } from 'vitest';
import { correctionPrompt, planPrompt } from '../../src/core/prompts.js';
import { planAndWork, startModelServer, type Brain, type ModelServer } from '../support/modelServer/index.js';

const open: ModelServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

async function serve(brain: Brain): Promise<ModelServer> {
  const server = await startModelServer(brain);
  open.push(server);
  return server;
}

async function post(server: ModelServer, path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

const TOOLS = [{ name: 'Write', input_schema: {} }, { name: 'Bash', input_schema: {} }];
const user = (text: string): unknown => ({ role: 'user', content: [{ type: 'text', text }] });
const said = (text: string): unknown => ({ role: 'assistant', content: [{ type: 'text', text }] });
const called = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Write', input: {} }] };
const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }, { type: 'text', text: '<reminder>' }] };

const plan = { version: 1, tasks: [] };
const story = planAndWork(plan, (prompt) => [
  [[{ write: { path: prompt.includes('Database') ? 'db.ts' : 'api.ts', text: '1' } }], [{ text: 'First.' }]],
  [[{ write: { path: 'more.ts', text: '2' } }], [{ text: 'Second.' }]],
]);

describe('planAndWork', () => {
  const anthropic = async (server: ModelServer, messages: readonly unknown[], tools: readonly unknown[] = TOOLS): Promise<string> => (await post(server, '/v1/messages', { model: 'm', messages, tools })).text();

  it('does the work of the task that the prompt names, round by round', async () => {
    const server = await serve(story);
    expect(await anthropic(server, [user('Database please')])).toContain('db.ts');
    expect(await anthropic(server, [user('Endpoint please')])).toContain('api.ts');
    expect(await anthropic(server, [user('Database'), called, result])).toContain('First.');
    expect(await anthropic(server, [user('Database'), called, result, said('First.'), user('Feedback')])).toContain('more.ts');
    // an interrupted round goes on
    expect(await anthropic(server, [user('Database'), called, result, said('No response requested.'), user('Go on')])).toContain('First.');
    expect(server.requests.map((request) => [request.round, request.step])).toEqual([[0, 0], [0, 0], [0, 1], [1, 0], [0, 1]]);
  });

  it('plans by the schema tool, and again after a correction', async () => {
    const server = await serve(story);
    const tools = [...TOOLS, { name: 'StructuredOutput', input_schema: { type: 'object' } }];
    const first = await anthropic(server, [user('Plan')], tools);
    expect(first).toContain('StructuredOutput');
    expect(first).toContain(JSON.stringify(JSON.stringify(plan)).slice(1, -1));
    expect(await anthropic(server, [user('Plan'), called, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] }], tools)).toContain('The plan is given.');
    expect(await anthropic(server, [user('Plan'), called, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] }, said('Given.'), user('Correct it')], tools)).toContain('StructuredOutput');
  });

  it("knows the product's own planner prompts on wires without a schema", async () => {
    const server = await serve(story);
    const facts = { goal: 'Add a feed', branch: 'main', files: ['a.ts'], filesCut: false, checks: ['npm test'], team: 'claude' };
    for (const prompt of [planPrompt(facts), correctionPrompt('it is empty')]) {
      const answer = await post(server, '/v1beta/models/gemini-2.5-pro:streamGenerateContent', {
        contents: [{ role: 'user', parts: [{ text: prompt }] }],
        tools: [{ functionDeclarations: [{ name: 'write_file' }] }],
      });
      expect(await answer.text()).toContain(JSON.stringify(JSON.stringify(plan)).slice(1, -1));
    }
  });
});

describe('the wires', () => {
  it('answers side requests itself, counts tokens, and refuses the rest', async () => {
    const server = await serve(() => [{ text: 'never' }]);
    expect(await (await post(server, '/v1/messages', { model: 'm', messages: [user('title?')] })).text()).toContain('A short title');
    expect(await (await post(server, '/v1/messages/count_tokens', {})).json()).toEqual({ input_tokens: 100 });
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(404);
    expect(server.requests).toEqual([]);
  });

  it('fails as each vendor does', async () => {
    const server = await serve(() => [{ fail: { status: 429, message: 'slow down', retryAfterSeconds: 3 } }]);
    const tools = [{ type: 'function', name: 'x', function: { name: 'x' } }];
    const anthropic = await post(server, '/v1/messages', { messages: [], tools });
    expect([anthropic.status, anthropic.headers.get('retry-after'), await anthropic.json()]).toEqual([429, '3', { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }]);
    expect(await (await post(server, '/v1/responses', { input: [], tools })).json()).toMatchObject({ error: { code: 'rate_limit_error' } });
    expect(await (await post(server, '/v1/chat/completions', { messages: [], tools })).json()).toMatchObject({ error: { message: 'slow down' } });
    expect(await (await post(server, '/v1beta/models/g:generateContent', { contents: [], tools: [{ functionDeclarations: [{ name: 'x' }] }] })).json()).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
  });

  it('drops connections before and in the middle of an answer', async () => {
    const server = await serve((request) => [{ drop: request.number === 1 ? 'before' : 'midway' }]);
    await expect(post(server, '/v1/messages', { messages: [], tools: TOOLS })).rejects.toThrow();
    const begun = await post(server, '/v1/messages', { messages: [], tools: TOOLS });
    expect(begun.status).toBe(200);
    await expect(begun.text()).rejects.toThrow();
  });

  it('ends what is silent when it closes', async () => {
    const server = await serve(() => [{ silent: 'midway' }]);
    const begun = await post(server, '/v1/messages', { messages: [], tools: TOOLS });
    expect(begun.status).toBe(200);
    const rest = expect(begun.text()).rejects.toThrow();
    await server.close();
    await rest;
  });
});
