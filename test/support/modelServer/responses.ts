/** OpenAI Responses, streamed: `POST /v1/responses`. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Bare } from './conversation.js';
import { contentText, list, record, text, type Json } from './json.js';
import { openStream } from './sse.js';
import { TOKENS, type Reply, type Turn } from './types.js';

function turnsOf(item: Json): readonly Turn[] {
  const type = text(item['type']);
  if (type === 'message' || type === '') {
    const role = item['role'];
    if (role === 'assistant') return [{ role: 'assistant', text: contentText(item['content']), calls: 0 }];
    return role === 'user' ? [{ role: 'user', text: contentText(item['content']) }] : [];
  }
  if (type === 'reasoning') return [];
  if (type.endsWith('_call')) return [{ role: 'assistant', text: '', calls: 1 }];
  if (type.endsWith('_output')) return [{ role: 'tool', results: [typeof item['output'] === 'string' ? item['output'] : JSON.stringify(item['output'])] }];
  return [];
}

export function parseResponses(body: Json): Bare {
  const format = record(record(body['text'])['format']);
  return {
    wire: 'responses',
    model: text(body['model']),
    system: text(body['instructions']),
    turns: list(body['input']).flatMap(turnsOf),
    tools: list(body['tools']).map((tool) => ({ name: text(tool['name']) || text(tool['type']), freeform: tool['type'] === 'custom' })),
    ...(format['schema'] === undefined ? {} : { schema: format['schema'] }),
    body,
  };
}

export function sendResponses(response: ServerResponse, model: string, reply: Reply): void {
  const stream = openStream(response);
  const id = `resp_${randomUUID()}`;
  const send = (type: string, fields: Json): void => {
    stream.send({ type, ...fields }, type);
  };
  const item = (fields: Json): void => {
    send('response.output_item.done', { output_index: 0, item: fields });
  };
  send('response.created', { response: { id, object: 'response', model, status: 'in_progress' } });
  for (const thinking of reply.thinking)
    item({ type: 'reasoning', id: `rs_${randomUUID()}`, summary: [{ type: 'summary_text', text: thinking }], content: null, encrypted_content: null });
  for (const value of reply.texts)
    item({ type: 'message', id: `msg_${randomUUID()}`, role: 'assistant', content: [{ type: 'output_text', text: value, annotations: [] }] });
  for (const call of reply.calls) {
    if (call.freeform) item({ type: 'custom_tool_call', id: `ctc_${call.id}`, call_id: call.id, name: call.name, input: call.input });
    else item({ type: 'function_call', id: `fc_${call.id}`, call_id: call.id, name: call.name, arguments: JSON.stringify(call.input) });
  }
  if (reply.refused) {
    send('response.incomplete', { response: { id, object: 'response', model, status: 'incomplete', incomplete_details: { reason: 'content_filter' } } });
    stream.end();
    return;
  }
  const input = TOKENS.fresh + TOKENS.cacheRead;
  send('response.completed', {
    response: {
      id,
      object: 'response',
      model,
      status: 'completed',
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: TOKENS.cacheRead },
        output_tokens: TOKENS.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: input + TOKENS.output,
      },
    },
  });
  stream.end();
}
