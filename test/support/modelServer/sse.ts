/** Server-sent events, and the two ways of failing that need the raw connection. */
import type { ServerResponse } from 'node:http';

export interface Stream {
  /** Sends one event; the name is left out where the vendor uses none. */
  send(data: unknown, name?: string): void;
  /** Sends a comment, so that the client has the beginning of an answer. */
  begin(sent?: () => void): void;
  end(): void;
}

export function openStream(response: ServerResponse): Stream {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return {
    send: (data, name) => {
      const body = typeof data === 'string' ? data : JSON.stringify(data);
      response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${body}\n\n`);
    },
    begin: (sent) => response.write(': begun\n\n', () => sent?.()),
    end: () => response.end(),
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
