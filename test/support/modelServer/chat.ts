/** OpenAI chat completions, streamed: `POST /v1/chat/completions`. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Bare } from './conversation.js';
import { contentText, list, record, text, type Json } from './json.js';
import { openStream } from './sse.js';
import { TOKENS, type Reply, type Turn } from './types.js';

function turnsOf(message: Json): readonly Turn[] {
  const words = contentText(message['content']);
  if (message['role'] === 'assistant') return [{ role: 'assistant', text: words, calls: list(message['tool_calls']).length }];
  if (message['role'] === 'tool') return [{ role: 'tool', results: [words] }];
  return message['role'] === 'user' ? [{ role: 'user', text: words }] : [];
}

export function parseChat(body: Json): Bare {
  const messages = list(body['messages']);
  return {
    wire: 'chat',
    model: text(body['model']),
    system: messages
      .filter((message) => message['role'] === 'system')
      .map((message) => contentText(message['content']))
      .join('\n'),
    turns: messages.flatMap(turnsOf),
    tools: list(body['tools']).map((tool) => ({ name: text(record(tool['function'])['name']), freeform: false })),
    body,
  };
}

export function sendChat(response: ServerResponse, model: string, reply: Reply): void {
  const stream = openStream(response);
  const id = `chatcmpl-${randomUUID()}`;
  const send = (choices: readonly Json[], extra: Json = {}): void => {
    stream.send({ id, object: 'chat.completion.chunk', created: 0, model, choices, ...extra });
  };
  const delta = (fields: Json): void => {
    send([{ index: 0, delta: fields, finish_reason: null }]);
  };
  delta({ role: 'assistant', content: '' });
  for (const value of [...reply.thinking, ...reply.texts]) delta({ content: value });
  reply.calls.forEach((call, index) => {
    delta({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }] });
  });
  send([{ index: 0, delta: {}, finish_reason: reply.refused ? 'content_filter' : reply.calls.length > 0 ? 'tool_calls' : 'stop' }]);
  const prompt = TOKENS.fresh + TOKENS.cacheRead;
  send([], {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: TOKENS.output,
      total_tokens: prompt + TOKENS.output,
      prompt_tokens_details: { cached_tokens: TOKENS.cacheRead },
    },
  });
  stream.send('[DONE]');
  stream.end();
}
