/** Review: the native multi-diff of one fixed pair of commits, both sides served from git objects. */
import * as vscode from 'vscode';
import type { FileDiff, Sha } from '../../core/ports.js';
import type { Base } from '../app.js';
import { REVIEW_SCHEME } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import { messageOf } from '../log.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';
import type { Comments } from './comments.js';
import { createComments } from './comments.js';
import type { Drafts } from './drafts.js';
import { createDrafts } from './drafts.js';
import { serveSides } from './mergeEditor.js';
import { reviewedFile, reviewUri } from './uris.js';

export interface Review extends Disposable {
  /** Opens a task's changes, or one file of them. */
  open(task: string, path?: string): Promise<Outcome>;
  readonly drafts: Drafts;
  readonly comments: Comments;
  /** A task's comments were sent. */
  sent(run: string, task: string): void;
  /** The task whose changes the active editor shows. */
  shownTask(): string | undefined;
}

/** The multi-diff of a task and the contents of both its sides, read from git objects. */
export function createReview(base: Base): Review {
  const own = new Disposables();
  const drafts = createDrafts(base.context.workspaceState);
  const comments = own.add(createComments(drafts));
  own.add(serveSides(base));
  own.add(vscode.workspace.registerTextDocumentContentProvider(REVIEW_SCHEME, { provideTextDocumentContent: (uri) => textOf(base, uri) }));

  const shownTask = (): string | undefined => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    if (tab === undefined) return undefined;
    const run = base.model.snapshot().run;
    const file = addressesOf(tab.input).map(reviewedFile).find((each) => each !== undefined);
    if (file !== undefined) return file.run === run?.id ? file.task : undefined;
    if (run === undefined || !isUnknown(tab.input)) return undefined;
    return run.tasks.find((task) => isTitle(tab.label, titleOf(task.title, run.base)))?.id;
  };
  const showKeys = (): void => {
    const task = shownTask();
    const actions = base.model.snapshot().run?.tasks.find((each) => each.id === task)?.actions ?? [];
    base.keys.set('reviewedTask', task ?? '');
    base.keys.set('reviewedTaskReady', actions.includes('approve'));
    base.keys.set('reviewedTaskRetries', actions.includes('retry'));
  };
  own.add(vscode.window.tabGroups.onDidChangeTabs(showKeys));
  own.add(vscode.window.tabGroups.onDidChangeTabGroups(showKeys));
  own.add(base.model.onDidChange(showKeys));

  return {
    open: async (task, path) => {
      const session = base.repository.session();
      const run = session?.current();
      const title = run?.tasks.get(task)?.task.title;
      if (session === undefined || run === undefined || title === undefined) return refuse('That task is not part of the run that is shown. Pick the run first.');
      try {
        const review = await session.review(task);
        if (review === undefined || review.files.length === 0) return refuse(`“${title}” has no committed changes to review yet.`);
        await openDiff({ ...review, run: run.run, task, title: titleOf(title, run.base.branch) }, path);
        return DONE;
      } catch (error) {
        base.log.error(`The changes of ${task} could not be read`, error);
        return refuse(`The changes of “${title}” could not be read: ${messageOf(error)} Nothing was changed.`);
      }
    },
    drafts,
    comments,
    sent: (run, task) => {
      drafts.clear(run, task);
      comments.clear(run, task);
    },
    shownTask,
    dispose: () => own.dispose(),
  };
}

function titleOf(title: string, baseBranch: string): string {
  return `${title}: changes against ${baseBranch}`;
}

/** What a tab shows. A multi-diff's parts are not in the editor's stable types yet, so they are looked for with care. */
function addressesOf(input: unknown): readonly vscode.Uri[] {
  if (input instanceof vscode.TabInputText) return [input.uri];
  if (input instanceof vscode.TabInputTextDiff) return [input.modified, input.original];
  if (typeof input !== 'object' || input === null || !('textDiffs' in input) || !Array.isArray(input.textDiffs)) return [];
  return input.textDiffs.flatMap(addressesOf);
}

/** Where the editor does not say what a tab shows, its title is what tells ours from others. */
function isUnknown(input: unknown): boolean {
  const known = [vscode.TabInputText, vscode.TabInputTextDiff, vscode.TabInputCustom, vscode.TabInputWebview, vscode.TabInputNotebook, vscode.TabInputNotebookDiff, vscode.TabInputTerminal];
  return !known.some((type) => input instanceof type);
}

/** The editor puts the number of files behind a multi-diff's title. */
function isTitle(label: string, title: string): boolean {
  return label === title || label.startsWith(`${title} (`);
}

interface ReviewedPair {
  readonly run: string;
  readonly task: string;
  readonly title: string;
  readonly from: Sha;
  readonly to: Sha;
  readonly files: readonly FileDiff[];
}

async function openDiff(pair: ReviewedPair, path: string | undefined): Promise<void> {
  const sides = pair.files.map((file) => {
    const common = { run: pair.run, task: pair.task };
    const original = file.change === 'added' ? undefined : reviewUri({ ...common, commit: pair.from, path: file.from ?? file.path, side: 'from' });
    const modified = file.change === 'deleted' ? undefined : reviewUri({ ...common, commit: pair.to, path: file.path, side: 'to' });
    return { file, label: vscode.Uri.from({ scheme: REVIEW_SCHEME, path: `/${file.path}` }), original, modified };
  });
  const one = sides.find(({ file }) => file.path === path);
  if (one?.original !== undefined && one.modified !== undefined) {
    await vscode.commands.executeCommand('vscode.diff', one.original, one.modified, `${one.file.path} (${pair.task})`, { preview: true });
    return;
  }
  const chosen = one === undefined ? sides : [one];
  await vscode.commands.executeCommand('vscode.changes', pair.title, chosen.map(({ label, original, modified }) => [label, original, modified]));
}

async function textOf(base: Base, uri: vscode.Uri): Promise<string> {
  const file = reviewedFile(uri);
  if (file === undefined) return '';
  await base.repository.settled;
  return (await base.repository.session()?.fileAt(file.commit, file.path)) ?? '';
}
