/**
 * A model server on loopback that speaks to real agent CLIs: Anthropic Messages, OpenAI Responses, Gemini and OpenAI
 * chat completions. What it answers is decided by a brain, one call per request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parseAnthropic, sendAnthropic } from './anthropic.js';
import { parseChat, sendChat } from './chat.js';
import { counted, type Bare } from './conversation.js';
import { sendFailure } from './failures.js';
import { parseGemini, sendGemini } from './gemini.js';
import { record, type Json } from './json.js';
import { parseResponses, sendResponses } from './responses.js';
import { openStream, sendJson } from './sse.js';
import { replyOf } from './tools.js';
import { TOKENS, type Brain, type ModelRequest, type Step } from './types.js';

export interface ModelServer {
  /** Base URL without a trailing slash; OpenAI clients want `${url}/v1`. */
  readonly url: string;
  /** Every request that the brain was asked about, oldest first. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  try {
    return record(JSON.parse(plain.toString('utf8')));
  } catch {
    return {};
  }
}

/** Which wire a path belongs to; `undefined` for what the server does not speak. */
function parse(path: string, body: Json): { readonly bare: Bare; readonly streamed: boolean } | undefined {
  if (path.endsWith('/v1/messages')) return { bare: parseAnthropic(body), streamed: true };
  if (path.endsWith('/responses')) return { bare: parseResponses(body), streamed: true };
  if (path.endsWith('/chat/completions')) return { bare: parseChat(body), streamed: true };
  const gemini = /\/models\/([^/:]+):(streamGenerateContent|generateContent)$/.exec(path);
  if (gemini?.[1] !== undefined) return { bare: parseGemini(gemini[1], body), streamed: gemini[2] === 'streamGenerateContent' };
  return undefined;
}

/** A request without tools and without a schema is the CLI's own (a title, a summary): the brain is not bothered. */
function isAside(request: Bare): boolean {
  return request.tools.length === 0 && request.schema === undefined;
}

function send(response: ServerResponse, request: ModelRequest, steps: readonly Step[], streamed: boolean): void {
  const reply = replyOf(request, steps);
  if (request.wire === 'anthropic') sendAnthropic(response, request.model, reply);
  else if (request.wire === 'responses') sendResponses(response, request.model, reply);
  else if (request.wire === 'chat') sendChat(response, request.model, reply);
  else sendGemini(response, request.model, reply, streamed);
}

function act(response: ServerResponse, request: ModelRequest, steps: readonly Step[], streamed: boolean): void {
  for (const step of steps) {
    if ('fail' in step) {
      sendFailure(response, request.wire, step.fail);
      return;
    }
    if ('silent' in step) {
      if (step.silent === 'midway') openStream(response).begin();
      return;
    }
    if ('drop' in step) {
      if (step.drop === 'midway') {
        // The head must be on the wire first, or the client sees no answer instead of a broken one.
        openStream(response).begin(() => response.socket?.destroy());
      } else response.socket?.destroy();
      return;
    }
  }
  send(response, request, steps, streamed);
}

/** Starts on a free port of 127.0.0.1. `port` fixes it. */
export async function startModelServer(brain: Brain, port = 0): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let asides = 0;
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(incoming.url ?? '/', 'http://loopback').pathname;
    const body = await bodyOf(incoming);
    if (path.endsWith('/count_tokens')) {
      sendJson(response, 200, { input_tokens: TOKENS.fresh });
      return;
    }
    const parsed = incoming.method === 'POST' ? parse(path, body) : undefined;
    if (parsed === undefined) {
      sendJson(response, 404, { error: { message: `model server: nothing at ${path}` } });
      return;
    }
    if (isAside(parsed.bare)) {
      asides += 1;
      send(response, counted(parsed.bare, asides), [{ text: 'A short title' }], parsed.streamed);
      return;
    }
    const request = counted(parsed.bare, requests.length + 1);
    requests.push(request);
    act(response, request, await brain(request), parsed.streamed);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: String(error) } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The model server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
