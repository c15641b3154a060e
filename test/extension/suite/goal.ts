import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from '../registry.js';
import { command, isGoal, noTab, openTabs, switchyard, tab } from './host.js';

const goalText = (): string | undefined => vscode.workspace.textDocuments.find((document) => document.uri.scheme === 'switchyard-goal')?.getText();

/** Resolves when the goal has saved itself. */
async function saved(): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const isSaved = (): boolean => vscode.workspace.textDocuments.every((document) => document.uri.scheme !== 'switchyard-goal' || !document.isDirty);
    const stop = (): void => {
      clearTimeout(timer);
      listening.dispose();
    };
    const check = (): void => {
      if (!isSaved()) return;
      stop();
      resolve();
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error('the goal did not save itself'));
    }, 20_000);
    const listening = vscode.workspace.onDidSaveTextDocument(check);
    check();
  });
}

/** Resolves when the active editor has this text selected; the editor tells its hosts of a selection afterwards. */
async function selected(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const now = (): string | undefined => vscode.window.activeTextEditor?.document.getText(vscode.window.activeTextEditor.selection);
    const stop = (): void => {
      clearTimeout(timer);
      for (const each of listening) each.dispose();
    };
    const check = (): void => {
      if (now() !== text) return;
      stop();
      resolve();
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`what is selected is: ${now() ?? 'nothing, in no editor'}`));
    }, 20_000);
    const listening = [vscode.window.onDidChangeTextEditorSelection(check), vscode.window.onDidChangeActiveTextEditor(check)];
    check();
  });
}

test('a repository without a run says what comes next', async () => {
  const api = await switchyard();
  assert.equal(api.snapshot().empty, 'no-plan');
  assert.equal(api.snapshot().repository?.branch, 'main');
});

test('the three views can be shown', async () => {
  await switchyard();
  for (const view of ['tasks', 'agents']) await vscode.commands.executeCommand(`switchyard.${view}.focus`);
  const commands = await vscode.commands.getCommands(true);
  assert.ok(commands.includes('switchyard.plan.focus'), 'the plan view is contributed');
});

test('the first goal begins with the repository’s GOAL.md, all of it selected', async (context) => {
  await switchyard();
  context.after(() => command('cancelGoal'));
  assert.equal(await command('decomposeTask'), true);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const written = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, 'GOAL.md'))).trim();
  assert.equal(goalText(), written);
  await selected(written);
});

test('a second goal of the same window begins with it too, and what is typed at once replaces it', async (context) => {
  await switchyard();
  context.after(() => command('cancelGoal'));
  for (const word of ['One', 'Another']) {
    assert.equal(await command('decomposeTask'), true);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const offered = editor.document.getText();
    assert.match(offered, /\S/);
    assert.equal(editor.document.getText(editor.selection), offered);
    await vscode.commands.executeCommand('type', { text: word });
    assert.equal(goalText(), word);
    assert.equal(await command('cancelGoal'), true);
    await noTab('the goal', isGoal);
  }
});

test('words from elsewhere are added also while the goal is being changed', async (context) => {
  await switchyard();
  context.after(() => command('cancelGoal'));
  assert.equal(await command('decomposeTask', 'First.'), true);
  const typed = vscode.commands.executeCommand('type', { text: 'x' });
  const added = command('decomposeTask', 'Second.');
  await typed;
  assert.equal(await added, true);
  assert.match(goalText() ?? '', /^First\.\n?x?\n*x?Second\.\nx?$/);
  assert.match(goalText() ?? '', /x/);
});

test('the goal is a document of several lines that asks nothing when it is closed and forgets nothing', async () => {
  await switchyard();
  assert.equal(await command('decomposeTask', 'First line.\nSecond line.'), true);
  const opened = await tab('the goal', isGoal);
  assert.equal(goalText(), 'First line.\nSecond line.\n');
  await saved();
  await vscode.window.tabGroups.close(opened);
  await noTab('the goal', isGoal);

  assert.equal(await command('decomposeTask', 'A third.'), true);
  assert.equal(goalText(), 'First line.\nSecond line.\n\n\nA third.\n');
  assert.equal(await command('cancelGoal'), true);
  await noTab('the goal', isGoal);
});

test('an empty goal is refused and stays open', async (context) => {
  await switchyard();
  context.after(() => command('cancelGoal'));
  await command('decomposeTask');
  const editor = vscode.window.activeTextEditor;
  assert.ok(await editor?.edit((edit) => edit.delete(new vscode.Range(0, 0, editor.document.lineCount, 0))));
  assert.equal(goalText(), '');
  assert.equal(await command('startPlanning'), false);
  assert.ok(openTabs().some(isGoal));
});

test('a selection in an editor becomes the goal', async (context) => {
  await switchyard();
  context.after(() => command('cancelGoal'));
  const document = await vscode.workspace.openTextDocument({ content: 'before\nAdd a feed\nafter' });
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(1, 0, 1, 10);
  assert.equal(await command('decomposeSelection'), true);
  assert.equal(goalText(), 'Add a feed\n');
});

test('what needs a run says so while there is none', async () => {
  await switchyard();
  for (const name of ['approvePlan', 'approveAndMerge', 'retry', 'drop', 'pause', 'showTerminal', 'pickRun']) {
    assert.equal(await command(name), false, name);
  }
});
