/** The page around the dashboard as the editor gets it: what may run in it, and what may not. */
import { expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { pageHtml } from '../../src/ui/dashboard/html.js';

vi.mock('vscode', () => ({ Uri: { joinPath: (base: string, ...parts: string[]) => [base, ...parts].join('/') } }));

const webview = { cspSource: 'https://own.example', asWebviewUri: (uri: unknown) => uri } as unknown as vscode.Webview;
const context = { extensionUri: 'https://own.example/extension' } as unknown as vscode.ExtensionContext;

test('nothing but our own script runs: nothing by default, scripts by a fresh nonce, none inline, no handler, nothing from elsewhere', () => {
  const page = pageHtml(webview, context, 'dashboard');
  const policy = /Content-Security-Policy" content="([^"]*)"/u.exec(page)?.[1] ?? '';
  const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0] ?? '', rule.split(' ').slice(1)]));
  expect(rules.get('default-src')).toEqual(["'none'"]);
  const [source = '', ...more] = rules.get('script-src') ?? [];
  expect(source).toMatch(/^'nonce-[A-Za-z0-9+/]{22}=='$/u);
  expect(more).toEqual([]);
  for (const [name, sources] of rules) if (name !== 'default-src' && name !== 'script-src') expect(sources, name).toEqual([webview.cspSource]);
  expect(policy).not.toMatch(/unsafe|\*|data:|http:/u);
  const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/gu)];
  expect(scripts).toHaveLength(1);
  expect(scripts[0]?.[1]).toContain(`nonce="${source.slice(7, -1)}"`);
  expect(scripts[0]?.[2]).toBe('');
  expect(page).not.toMatch(/\son\w+=|javascript:|<style|style="/u);
  expect(pageHtml(webview, context, 'dashboard')).not.toContain(source);
});
