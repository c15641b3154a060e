import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Snapshot } from '../../../src/shared/protocol.js';
import { test } from '../registry.js';
import { command, eventually, isDashboard, isGoal, noTab, openTabs, switchyard, tab, taskOf, treeItem, treeText } from './host.js';

const run = promisify(execFile);
const git = async (...args: string[]): Promise<string> => {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(cwd);
  return (await run('git', args, { cwd })).stdout.trim();
};
/** The goal whose plan was recorded in the opened repository. */
async function recordedGoal(): Promise<string> {
  const text = await git('show', 'HEAD:.switchyard/scripted-plans.json');
  const [first] = (JSON.parse(text) as { readonly plans: readonly { readonly goal: string }[] }).plans;
  assert.ok(first);
  return first.goal;
}
const states = (snapshot: Snapshot): Record<string, string> => Object.fromEntries(snapshot.run?.tasks.map((task) => [task.id, task.state]) ?? []);

test('a goal becomes a proposed plan, the dashboard opens and the goal closes', async () => {
  const api = await switchyard();
  assert.equal(await command('decomposeTask', await recordedGoal()), true);
  assert.equal(await command('startPlanning'), true);
  await eventually(api, 'the proposed plan', ({ run: shown }) => (shown?.phase === 'proposed' ? shown : undefined));
  await tab('the dashboard', isDashboard);
  await noTab('the goal', isGoal);
  const [group, ...tasks] = await treeText(api.tasks);
  assert.equal(group, `Proposed ${String(tasks.length)}`);
  assert.ok(tasks.includes('  Tags on a note'));
  assert.equal(openTabs().filter(isDashboard).length, 1, 'there is one dashboard');
});

test('an approved plan sets agents to work in terminals named after their tasks', async () => {
  const api = await switchyard();
  const names = new Set<string>();
  const opened = vscode.window.onDidOpenTerminal((terminal) => names.add(terminal.name));
  try {
    assert.equal(await command('approvePlan'), true);
    await eventually(api, 'two ready tasks', (snapshot) => (states(snapshot)['tags'] === 'ready' && states(snapshot)['tokenizer'] === 'ready' ? true : undefined), 90_000);
  } finally {
    opened.dispose();
  }
  assert.deepEqual([...names].sort(), ['tags · scripted', 'tokenizer · scripted']);
  const tags = await treeItem(api.tasks, 'tags');
  assert.match(tags.contextValue ?? '', /;approve;review;/);
  assert.match(String(tags.description), /^\+\d+ −\d+ · \$\d/);
  assert.match(tags.accessibilityInformation?.label ?? '', /^Tags on a note, ready, /);
  assert.equal((await treeText(api.tasks))[0], 'Ready 2');
});

test('what cannot be done is refused and changes nothing', async () => {
  const api = await switchyard();
  const before = states(api.snapshot());
  assert.equal(await command('approveAndMerge', 'tag-index'), false);
  assert.equal(await command('approveAndMerge', 'nothing-of-that-name'), false);
  assert.equal(await command('retryWithComments', 'tags'), false, 'there are no comments');
  assert.equal(await command('approvePlan'), false);
  assert.deepEqual(states(api.snapshot()), before);
});

test('a review shows both sides from git objects', async () => {
  const api = await switchyard();
  assert.equal(await command('reviewChanges', 'tags'), true);
  await tab('the review', (each) => each.label.startsWith('Tags on a note: changes against main'));
  assert.equal(await command('reviewChanges', 'tags', 'src/note.mjs'), true);
  const diff = (await tab('the diff of one file', (each) => each.input instanceof vscode.TabInputTextDiff)).input as vscode.TabInputTextDiff;
  const [from, to] = await Promise.all([vscode.workspace.openTextDocument(diff.original), vscode.workspace.openTextDocument(diff.modified)]);
  assert.equal(from.getText().trim(), await git('show', 'main:src/note.mjs'));
  assert.equal(to.getText().trim(), await git('show', `${taskOf(api.snapshot(), 'tags').branch ?? ''}:src/note.mjs`));
  assert.match(to.getText(), /normaliseTag/);
  assert.doesNotMatch(from.getText(), /normaliseTag/);
});

test('comments of a review go to the same agent, which tries again', async (context) => {
  const api = await switchyard();
  const diff = (await tab('the diff', (each) => each.input instanceof vscode.TabInputTextDiff)).input as vscode.TabInputTextDiff;
  const controller = vscode.comments.createCommentController('test', 'test');
  context.after(() => controller.dispose());
  const thread = controller.createCommentThread(diff.modified, new vscode.Range(4, 0, 4, 0), []);
  await command('addComment', { thread, text: 'Name this limit.' });
  assert.equal(await command('retryWithComments', { thread, text: 'And explain it.' }), true);
  await eventually(api, 'a second attempt', (snapshot) => (taskOf(snapshot, 'tags').attempts.length === 2 && states(snapshot)['tags'] === 'ready' ? true : undefined), 90_000);
  const feedback = taskOf(api.snapshot(), 'tags').attempts[1]?.feedback ?? '';
  assert.match(feedback, /src\/note\.mjs:5/);
  assert.match(feedback, /Name this limit\./);
  assert.match(feedback, /And explain it\./);
  assert.equal(await command('retryWithComments', 'tags'), false, 'sent comments are gone');
});

test('approving lands the tested tree on the base', async () => {
  const api = await switchyard();
  const before = await git('rev-parse', 'main');
  assert.equal(await command('approveAndMerge', 'tags'), true);
  await eventually(api, 'the landing', (snapshot) => (states(snapshot)['tags'] === 'landed' ? true : undefined), 60_000);
  assert.notEqual(await git('rev-parse', 'main'), before);
  assert.match(await git('show', 'main:src/note.mjs'), /normaliseTag/);
  assert.equal(await git('status', '--porcelain'), '');
});

test('pause, stop and go on are shown at once', async () => {
  const api = await switchyard();
  assert.equal(await command('pause'), true);
  await eventually(api, 'the pause', ({ run: shown }) => (shown?.phase === 'paused' ? true : undefined));
  assert.equal(await command('goOn'), true);
  await eventually(api, 'the end of the pause', ({ run: shown }) => (shown?.phase !== 'paused' ? true : undefined));
});

test('the terminal of a finished agent can be looked at again', async (context) => {
  const api = await switchyard();
  await eventually(api, 'its end', (snapshot) => (taskOf(snapshot, 'tags').attempts.at(-1)?.endedAt === undefined ? undefined : true));
  assert.equal(await command('showTerminal', 'tags'), true);
  const terminal = vscode.window.terminals.find((each) => each.name.startsWith('tags · scripted'));
  assert.ok(terminal, 'there is a terminal of the task');
  context.after(() => terminal.dispose());
});

test('a backup is restored into a folder of its own', async (context) => {
  await switchyard();
  await git('update-ref', 'refs/switchyard/backup/r0/notes/1', 'main');
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-restored-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  context.after(() => git('update-ref', '-d', 'refs/switchyard/backup/r0/notes/1'));
  assert.equal(await command('restoreBackup', 'refs/switchyard/backup/r0/notes/1', join(folder, 'back')), true);
  assert.equal((await readFile(join(folder, 'back', 'src', 'note.mjs'), 'utf8')).trim(), await git('show', 'main:src/note.mjs'));
  assert.equal(await command('restoreBackup', 'refs/switchyard/backup/r0/notes/1', join(folder, 'back')), false, 'nothing is written over');
});
