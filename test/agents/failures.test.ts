import { describe, expect, it } from 'vitest';
import { reasonOfText, retryAtOf, statusIn } from '../../src/adapters/agents/failures.js';
import { relativePath, sentence, withoutSecrets } from '../../src/adapters/agents/text.js';
import { toolView } from '../../src/adapters/agents/toolTitles.js';

describe('reasons by text', () => {
  it.each([
    ['unexpected status 401 Unauthorized: Missing bearer', 'signed-out'],
    ['exceeded retry limit, last status: 429 Too Many Requests', 'rate-limit'],
    ["You've hit your usage limit. Upgrade to Plus or try again in 2 hours 5 minutes.", 'quota'],
    ['Quota exceeded. Check your plan and billing details.', 'quota'],
    ['{"error":{"code":429,"message":"You exceeded your current quota"}}', 'quota'],
    ["Codex ran out of room in the model's context window. Start a new thread.", 'context-full'],
    ['The model `gpt-9` does not exist or you do not have access to it.', 'bad-model'],
    ['unexpected status 503 Service Unavailable', 'server'],
    ['getaddrinfo ENOTFOUND api.example.com', 'network'],
    ['This request was flagged by our safety system', 'refused'],
    // By a real Codex: the vendor's filter, and no lost connection.
    ['stream disconnected before completion: Incomplete response returned, reason: content_filter', 'refused'],
    ['connect ECONNREFUSED 127.0.0.1:1', 'network'],
    ['something else entirely', undefined],
  ])('%s', (text, reason) => {
    expect(reasonOfText(text)).toBe(reason);
  });

  it('does not take any number for a status', () => {
    expect(statusIn('wrote 429 files and 500 lines')).toBeUndefined();
    expect(statusIn('API Error: 529 overloaded')).toBe(529);
  });
});

describe('until when to wait', () => {
  it.each([
    ['try again in 2 hours 5 minutes.', 7_500_000],
    ['try again in 3 days, 1 hour and 2 minutes', 262_920_000],
    ['Suggested retry after 2s.', 2_000],
    ['Please try again in 1.5s', 1_500],
  ])('%s', (text, ms) => {
    expect(retryAtOf(text, 1_000)).toBe(1_000 + ms);
  });

  it('an instant, or nothing', () => {
    expect(retryAtOf('Claude AI usage limit reached|1795240800', 0)).toBe(1_795_240_800_000);
    expect(retryAtOf('try again later', 0)).toBeUndefined();
    expect(retryAtOf(undefined, 0)).toBeUndefined();
  });
});

describe('text for people', () => {
  it('holds no secret', () => {
    const said = 'Incorrect API key provided: sk-proj-abcdef123456. See https://x.test/?key=AIzaSyA1234567890123 with Bearer abcdefghijklmnop';
    expect(withoutSecrets(said)).not.toMatch(/abcdef|AIzaSyA1|ghijklmnop/);
    expect(sentence(`  two\n lines ${'x'.repeat(900)}`)).toHaveLength(500);
    expect(sentence(' \n ')).toBeUndefined();
  });

  it('names paths as the repository does', () => {
    expect(relativePath('/w/repo/src/a.ts', '/w/repo')).toBe('src/a.ts');
    expect(relativePath('/w/repository/a.ts', '/w/repo')).toBe('/w/repository/a.ts');
    expect(relativePath('/private/var/w/a.ts', '/var/w')).toBe('a.ts');
    expect(relativePath('/var/w/a.ts', '/private/var/w/')).toBe('a.ts');
    expect(relativePath('C:\\w\\repo\\src\\a.ts', 'C:\\w\\repo')).toBe('src/a.ts');
    expect(relativePath('src/a.ts', '/w/repo')).toBe('src/a.ts');
  });

  it.each([
    ['Edit', { file_path: '/w/src/a.ts' }, 'Edit src/a.ts'],
    ['MultiEdit', { file_path: '/w/src/a.ts' }, 'Edit src/a.ts'],
    ['run_shell_command', { command: 'npm test' }, '$ npm test'],
    ['Grep', { pattern: 'foo bar' }, 'Search "foo bar"'],
    ['WebFetch', { url: 'https://x.test/' }, 'Fetch https://x.test/'],
    ['Task', { description: 'Look around' }, 'Sub-agent: Look around'],
    ['list_directory', { dir_path: '/w/src' }, 'List src'],
    ['TodoWrite', {}, 'TodoWrite'],
    ['Read', {}, 'Read'],
  ])('%s has a title', (name, input, title) => {
    expect(toolView(name, input, '/w').title).toBe(title);
  });
});
