/** Gemini: `…:streamGenerateContent?alt=sse` and `…:generateContent`. */
import type { ServerResponse } from 'node:http';
import type { Bare } from './conversation.js';
import { list, record, text, type Json } from './json.js';
import { openStream, sendJson } from './sse.js';
import { TOKENS, type Reply, type Turn } from './types.js';

function turnsOf(content: Json): readonly Turn[] {
  const parts = list(content['parts']);
  const words = parts
    .filter((part) => part['thought'] !== true)
    .map((part) => text(part['text']))
    .join('');
  if (content['role'] === 'model') return [{ role: 'assistant', text: words, calls: parts.filter((part) => 'functionCall' in part).length }];
  const results = parts.filter((part) => 'functionResponse' in part).map((part) => JSON.stringify(record(part['functionResponse'])['response']));
  return [...(results.length > 0 ? [{ role: 'tool' as const, results }] : []), ...(words === '' ? [] : [{ role: 'user' as const, text: words }])];
}

export function parseGemini(model: string, body: Json): Bare {
  const tools = list(body['tools']).flatMap((tool) => list(tool['functionDeclarations']));
  const config = record(body['generationConfig']);
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  return {
    wire: 'gemini',
    model,
    system: list(record(body['systemInstruction'])['parts'])
      .map((part) => text(part['text']))
      .join('\n'),
    turns: list(body['contents']).flatMap(turnsOf),
    tools: tools.map((tool) => ({ name: text(tool['name']), freeform: false })),
    ...(schema === undefined ? {} : { schema }),
    body,
  };
}

function chunk(model: string, reply: Reply): Json {
  const parts = [
    ...reply.thinking.map((value) => ({ text: value, thought: true })),
    // What was withheld is not sent.
    ...(reply.refused ? [] : reply.texts).map((value) => ({ text: value })),
    ...reply.calls.map((call) => ({ functionCall: { name: call.name, args: call.input } })),
  ];
  const prompt = TOKENS.fresh + TOKENS.cacheRead;
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: reply.refused ? 'SAFETY' : 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: prompt,
      cachedContentTokenCount: TOKENS.cacheRead,
      candidatesTokenCount: TOKENS.output,
      totalTokenCount: prompt + TOKENS.output,
    },
    modelVersion: model,
  };
}

export function sendGemini(response: ServerResponse, model: string, reply: Reply, streamed: boolean): void {
  if (!streamed) {
    sendJson(response, 200, chunk(model, reply));
    return;
  }
  const stream = openStream(response);
  stream.send(chunk(model, reply));
  stream.end();
}
