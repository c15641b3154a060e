import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from './registry.js';

interface Manifest {
  readonly name?: string;
  readonly contributes?: { readonly commands?: readonly { readonly command: string }[] };
}

function switchyard(): vscode.Extension<unknown> {
  const found = vscode.extensions.all.find((one) => (one.packageJSON as Manifest).name === 'switchyard');
  assert.ok(found, 'the extension is installed in this host');
  return found;
}

test('the extension activates', async () => {
  await switchyard().activate();
  assert.equal(switchyard().isActive, true);
});

test('every declared command is registered, and every registered one is declared', async () => {
  const extension = switchyard();
  await extension.activate();
  const declared = ((extension.packageJSON as Manifest).contributes?.commands ?? []).map((one) => one.command).sort();
  const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('switchyard.'));
  // The editor adds commands for every view and container; they are not ours to declare.
  const ours = registered.filter((id) => !/\.(open|focus|resetViewLocation|removeView|toggleVisibility)$/.test(id)).sort();
  assert.deepEqual(declared.filter((id) => !registered.includes(id)), [], 'declared but not registered');
  assert.deepEqual(ours.filter((id) => !declared.includes(id)), [], 'registered but not declared');
});
