/** HTTP errors in each vendor's words: CLIs decide by them whether to try again. */
import type { ServerResponse } from 'node:http';
import { sendJson } from './sse.js';
import type { Step, Wire } from './types.js';

type Failure = Extract<Step, { fail: unknown }>['fail'];

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
const GEMINI_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};
const OPENAI_TYPES: Readonly<Record<number, string>> = { 401: 'authentication_error', 404: 'invalid_request_error', 429: 'rate_limit_error' };

export function sendFailure(response: ServerResponse, wire: Wire, failure: Failure): void {
  const { status } = failure;
  const message = failure.message ?? `model server: status ${status}`;
  const headers = failure.retryAfterSeconds === undefined ? {} : { 'retry-after': String(failure.retryAfterSeconds) };
  if (wire === 'anthropic') {
    const type = failure.type ?? ANTHROPIC_TYPES[status] ?? 'api_error';
    sendJson(response, status, { type: 'error', error: { type, message } }, headers);
  } else if (wire === 'gemini') {
    sendJson(response, status, { error: { code: status, message, status: failure.type ?? GEMINI_STATUS[status] ?? 'INTERNAL' } }, headers);
  } else {
    const type = failure.type ?? OPENAI_TYPES[status] ?? 'server_error';
    sendJson(response, status, { error: { message, type, param: null, code: type } }, headers);
  }
}
