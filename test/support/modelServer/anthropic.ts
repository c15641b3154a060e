/** Anthropic Messages, streamed: `POST /v1/messages` and `/v1/messages/count_tokens`. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Bare } from './conversation.js';
import { contentText, list, record, text, type Json } from './json.js';
import { openStream } from './sse.js';
import { TOKENS, type Reply, type Turn } from './types.js';

function turnsOf(message: Json): readonly Turn[] {
  const content = message['content'];
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
  if (message['role'] === 'assistant') {
    const calls = parts.filter((part) => record(part)['type'] === 'tool_use').length;
    return [{ role: 'assistant', text: contentText(parts), calls }];
  }
  return parts.map((part): Turn => {
    const entry = record(part);
    return entry['type'] === 'tool_result'
      ? { role: 'tool', results: [contentText(entry['content'])] }
      : { role: 'user', text: text(entry['text']) };
  });
}

export function parseAnthropic(body: Json): Bare {
  const tools = list(body['tools']);
  const schema = tools.find((tool) => tool['name'] === 'StructuredOutput')?.['input_schema'];
  return {
    wire: 'anthropic',
    model: text(body['model']),
    system: contentText(body['system']),
    turns: list(body['messages']).flatMap(turnsOf),
    tools: tools.map((tool) => ({ name: text(tool['name']), freeform: false })),
    ...(schema === undefined ? {} : { schema }),
    body,
  };
}

export function sendAnthropic(response: ServerResponse, model: string, reply: Reply): void {
  const stream = openStream(response);
  const send = (name: string, fields: Json): void => {
    stream.send({ type: name, ...fields }, name);
  };
  const usage = {
    input_tokens: TOKENS.fresh,
    cache_creation_input_tokens: TOKENS.cacheWrite,
    cache_read_input_tokens: TOKENS.cacheRead,
    output_tokens: 1,
  };
  const id = `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
  send('message_start', { message: { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage } });
  let index = 0;
  const block = (start: Json, delta: Json): void => {
    send('content_block_start', { index, content_block: start });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
    index += 1;
  };
  for (const thinking of reply.thinking) block({ type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking });
  for (const value of reply.texts) block({ type: 'text', text: '' }, { type: 'text_delta', text: value });
  for (const call of reply.calls)
    block(
      { type: 'tool_use', id: `toolu_${call.id.slice(5)}`, name: call.name, input: {} },
      { type: 'input_json_delta', partial_json: JSON.stringify(call.input) },
    );
  send('message_delta', {
    delta: { stop_reason: reply.refused ? 'refusal' : reply.calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
    usage: { output_tokens: TOKENS.output },
  });
  send('message_stop', {});
  stream.end();
}
