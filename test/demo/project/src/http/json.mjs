const BODY_LIMIT = 64 * 1024;

/** Answers with JSON; `undefined` sends an empty body. */
export function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

/** Reads a JSON body. Throws SyntaxError for anything else, RangeError when it is too long. */
export async function readJson(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_LIMIT) throw new RangeError('The body is too long.');
  }
  return JSON.parse(text);
}
