import { describe, expect, it } from 'vitest';
import { LONGEST_MATCH, masked, maskOf, secretValues } from '../../src/core/secrets.js';

const shape = maskOf({});
/** Made of pieces, so that no scanner takes this file for a leak. */
const of = (...parts: string[]) => parts.join('');
const PEM = of('-----BEGIN RSA PRIV', 'ATE KEY-----\n', 'MIIEpAIBAAKCAQEA7bq9\n'.repeat(20), '-----END RSA PRIV', 'ATE KEY-----');

describe('well-known shapes', () => {
  it.each([
    ['OpenAI', of('sk', '-proj-', 'aB3dE5gH7jK9mN1pQ3sT5v')],
    ['Anthropic', of('sk', '-ant-api03-', 'aB3dE5gH7jK9mN1pQ3sT5v_x-y')],
    ['GitHub', of('gh', 'p_', 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5')],
    ['GitHub fine-grained', of('github', '_pat_', '11ABCDEFG0aB3dE5gH7jK9_mN1pQ3sT5vW7yZ9')],
    ['AWS', of('AK', 'IA', 'ABCDEFGH12345678')],
    ['Google', of('AI', 'za', 'SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q')],
    ['Slack', of('xo', 'xb-', '123456789012-abcdefABCDEF')],
    ['JWT', of('ey', 'JhbGciOiJIUzI1NiJ9', '.ey', 'JzdWIiOiIxMjM0NTY3ODkwIn0', '.dozjgNryP4J3jVmNHl0w5N')],
    ['PEM', PEM],
    ['PEM in JSON', JSON.stringify(PEM).slice(1, -1)],
    ['PEM cut off', PEM.slice(0, 200)],
  ])('%s', (_, secret) => {
    expect(shape(`before ${secret}" after`)).toBe('before ‹secret›" after');
    expect(secret.length).toBeLessThanOrEqual(LONGEST_MATCH);
  });

  it('a password in an address goes, the address stays', () => {
    expect(shape('https://me:hunter22@example.com/x.git')).toBe('https://me:‹secret›@example.com/x.git');
  });

  it.each(['sk-ip-this-kebab-case-word-please', 'the task-runner-1234567890123456', 'git log eyJ', 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334', '123e4567-e89b-42d3-a456-426614174000', 'http://localhost:8080/a@b', 'AKIA is a prefix'])('leaves %s alone', (text) => {
    expect(shape(text)).toBe(text);
  });

  it('is quick on hostile text', () => {
    const hostile = ['sk-', 'eyJ', '-----BEGIN PRIVATE KEY-----', '://', 'Bearer ', 'github_pat_'].map((part) => part.repeat(20_000)).join('');
    expect(shape(hostile).length).toBeGreaterThan(0);
  });
});

describe('values of the environment', () => {
  const environment = { MY_TOKEN: 'tok-value-1', DB_PASSWORD: 'p"w\\d\nline2 of the password', SHORT_KEY: 'abc', PATH: '/usr/bin:/bin', API_KEY: 'plain.value+(x)' };
  const mask = maskOf(environment);

  it('are taken by name and length', () => {
    expect(secretValues({ PATH: '/usr/local/bin', SHORT_KEY: 'abc', EMPTY_TOKEN: undefined })).toEqual([]);
    expect(mask('tok-value-1 abc /usr/bin:/bin plain.value+(x)')).toBe('‹secret› abc /usr/bin:/bin ‹secret›');
  });

  it('are found inside JSON, and line by line', () => {
    expect(mask(JSON.stringify({ a: environment.DB_PASSWORD }))).toBe('{"a":"‹secret›"}');
    expect(mask('x line2 of the password y')).toBe('x ‹secret› y');
  });

  it('plain data is masked in every string and otherwise the same', () => {
    const data = { a: [{ b: 'tok-value-1' }, 1, null], c: true };
    expect(masked(data, mask)).toEqual({ a: [{ b: '‹secret›' }, 1, null], c: true });
    const clean = { a: ['x'] };
    expect(masked(clean, mask)).toBe(clean);
  });
});
