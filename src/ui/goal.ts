/**
 * Where a goal is typed. The editor has no input box of several lines, so a goal is a small Markdown document of its
 * own: every key, selection and screen reader works in it. It is saved as it is typed, so that closing it asks nothing
 * and a reload loses nothing; Ctrl+Enter (or the buttons) hands it to the planner.
 */
import * as vscode from 'vscode';
import { looksLikeOutline } from '../core/outline.js';
import type { Base } from './app.js';
import { commandId, GOAL_SCHEME } from './contributions.js';
import type { Disposable } from './disposables.js';
import { coalesce, Disposables } from './disposables.js';
import { messageOf } from './log.js';
import type { Outcome } from './outcome.js';
import { DONE, refuse } from './outcome.js';
import { sayProblems } from './problems.js';
import { readSmall } from './readSmall.js';

export interface Goal extends Disposable {
  /** Opens the goal, with `text` added to what is there. */
  open(text?: string): Promise<Outcome>;
  /** Hands the goal to the planner and closes it. On a refusal it stays as it is. */
  start(): Promise<Outcome>;
  /** Closes it and throws the draft away. */
  cancel(): Promise<Outcome>;
}

const DRAFT = 'goal.draft';
const GOAL = vscode.Uri.from({ scheme: GOAL_SCHEME, path: '/Goal.md' });
/** Long enough for a word, short enough that nothing is asked when the tab is closed right after typing. */
const SAVE_MS = 250;
const PLACEHOLDER = 'What should be built? Several lines are fine: what it should do, what must not change, how it is checked.';

/** The one goal of a window. `opened` is called when a goal was handed over, to show what comes of it. */
export function createGoal(base: Base, opened: () => void): Goal {
  const own = new Disposables();
  const file = own.add(new GoalFile(base.context.workspaceState));
  own.add(vscode.workspace.registerFileSystemProvider(GOAL_SCHEME, file, { isCaseSensitive: true }));
  const selector = { scheme: GOAL_SCHEME };
  const lensesChanged = own.add(new vscode.EventEmitter<void>());
  let open = runIsOpen(base);
  own.add(
    base.model.onDidChange(() => {
      if (open === runIsOpen(base)) return;
      open = !open;
      lensesChanged.fire();
    }),
  );
  own.add(vscode.languages.registerCodeLensProvider(selector, { onDidChangeCodeLenses: lensesChanged.event, provideCodeLenses: () => lenses(base) }));
  const save = own.add(coalesce(SAVE_MS, () => void goalDocument()?.save()));
  own.add(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme !== GOAL_SCHEME || !document.isDirty) return;
      file.reopened();
      save();
    }),
  );
  own.add(showPlaceholder());

  /** By reverting to an emptied file: saving would ask every extension first, and closing while unsaved would ask the person. */
  const close = (): Promise<void> =>
    file.emptied(async () => {
      const document = goalDocument();
      if (document === undefined || goalTabs().length === 0) return;
      const editor = await vscode.window.showTextDocument(document);
      // Reverting does nothing to a document that is saved, and the editor would show its words again next time.
      await untilDone(() => editor.edit((edit) => edit.delete(new vscode.Range(0, 0, document.lineCount, 0))));
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      // The same goal may have been opened beside itself.
      await vscode.window.tabGroups.close(goalTabs());
    });

  return {
    open: async (text) => {
      if (base.repository.session() === undefined) {
        await vscode.commands.executeCommand('switchyard.tasks.focus');
        return refuse(noRepository(base));
      }
      // What the document holds is put there before anybody sees it: later it would come between the person's keys.
      const hidden = goalTabs().length === 0;
      const offered = text === undefined && hidden && file.isEmptyIn(goalDocument()) ? await writtenGoal(base) : '';
      const kept = hidden ? goalDocument() : undefined;
      if (kept !== undefined) await file.fill(kept, offered);
      else if (offered !== '') file.set(offered);
      const document = await vscode.workspace.openTextDocument(GOAL);
      // All of an offered goal is selected: whoever wants something else just types.
      const editor = await vscode.window.showTextDocument(document, { preview: false, ...(offered !== '' && { selection: whole(document) }) });
      if (text !== undefined && text.trim() !== '' && !(await append(editor, text))) {
        return refuse('The words could not be added to the goal, because it was being changed all the time. The goal is as it was; try again.');
      }
      return DONE;
    },
    start: async () => {
      const session = base.repository.session();
      if (session === undefined) return refuse(noRepository(base));
      const document = await vscode.workspace.openTextDocument(GOAL);
      // Blank lines above stay: a problem of an outline is told with its line.
      const goal = document.getText().trimEnd();
      if (goal === '') return refuse('The goal is empty. Write what should be built, then choose Start Planning.');
      const outline = looksLikeOutline(goal);
      const progress = { location: vscode.ProgressLocation.Window, title: outline ? 'Reading the outline' : 'Starting the planner' };
      try {
        const answer = await vscode.window.withProgress(progress, () => session.decompose(outline ? { kind: 'outline', text: goal } : { kind: 'goal', goal: goal.trim() }));
        if (!answer.ok) {
          if (answer.problems === undefined) return refuse(answer.reason);
          await sayProblems({ document, what: 'outline' }, answer.problems);
          return undefined;
        }
      } catch (error) {
        base.log.error('Planning could not be started', error);
        return refuse(`Planning could not be started: ${messageOf(error)} Your goal is kept; try again.`);
      }
      await close();
      opened();
      return DONE;
    },
    cancel: async () => {
      await close();
      return DONE;
    },
    dispose: () => own.dispose(),
  };
}

function goalDocument(): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.scheme === GOAL_SCHEME);
}

function goalTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.scheme === GOAL_SCHEME);
}

/** Why nothing can be started here, for people; empty while a repository is open. */
export function noRepository(base: Base): string {
  const state = base.repository.state();
  if (state.kind === 'open') return '';
  if (state.message !== undefined) return state.message;
  switch (state.reason) {
    case 'no-folder':
      return 'No folder is open. Open a folder with a git repository first.';
    case 'untrusted':
      return 'This workspace is in restricted mode, so Switchyard starts nothing. Trust it to go on.';
    case 'loading':
      return 'The repository is still being opened. Try again in a moment.';
    default:
      return 'No git repository is open in this window.';
  }
}

function runIsOpen(base: Base): boolean {
  const run = base.model.run();
  return run !== undefined && run.endedAt === undefined;
}

function lenses(base: Base): vscode.CodeLens[] {
  const top = new vscode.Range(0, 0, 0, 0);
  const key = process.platform === 'darwin' ? '⌘⏎' : 'Ctrl+Enter';
  return [
    new vscode.CodeLens(top, { title: `Start Planning (${key})`, command: commandId('startPlanning') }),
    new vscode.CodeLens(top, { title: 'Open Team File', command: commandId('openTeamFile') }),
    new vscode.CodeLens(top, { title: 'Cancel Goal', command: commandId('cancelGoal') }),
    ...(runIsOpen(base)
      ? [new vscode.CodeLens(top, { title: 'A run is open; this starts another', command: commandId('openDashboard') })]
      : []),
  ];
}

/** A goal is a page or two; a longer file is something else. */
const LONGEST_OFFER = 20_000;

/** What the repository's own `GOAL.md` asks for, where it has one. */
async function writtenGoal(base: Base): Promise<string> {
  const root = base.repository.session()?.facts.root;
  if (root === undefined) return '';
  try {
    return (await readSmall(vscode.Uri.joinPath(vscode.Uri.file(root), 'GOAL.md'), LONGEST_OFFER)).trim();
  } catch {
    return '';
  }
}

function whole(document: vscode.TextDocument): vscode.Selection {
  const { start, end } = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
  return new vscode.Selection(start, end);
}

/** More changes between two turns than anybody makes by hand. */
const TRIES = 20;

/** The editor refuses an edit of a document that has changed since it was made: it is made again for what is there now. */
async function untilDone(edit: () => Thenable<boolean>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) if (await edit()) return true;
  return false;
}

/** Adds the words below what is there; false when the editor took them at no time. */
async function append(editor: vscode.TextEditor, text: string): Promise<boolean> {
  const { document } = editor;
  const end = (): vscode.Position => document.lineAt(document.lineCount - 1).range.end;
  const added = await untilDone(() => {
    const present = document.getText().trim() === '' ? '' : '\n\n';
    return editor.edit((edit) => edit.insert(end(), `${present}${text.trim()}\n`));
  });
  if (added) editor.selection = new vscode.Selection(end(), end());
  return added;
}

/** Grey words in an empty goal, as an input box would have them. */
function showPlaceholder(): vscode.Disposable {
  const decoration = vscode.window.createTextEditorDecorationType({
    after: { contentText: PLACEHOLDER, color: new vscode.ThemeColor('input.placeholderForeground') },
  });
  const show = (editor: vscode.TextEditor): void => {
    if (editor.document.uri.scheme !== GOAL_SCHEME) return;
    editor.setDecorations(decoration, editor.document.getText() === '' ? [new vscode.Range(0, 0, 0, 0)] : []);
  };
  const showAll = (): void => vscode.window.visibleTextEditors.forEach(show);
  showAll();
  return vscode.Disposable.from(
    decoration,
    vscode.window.onDidChangeVisibleTextEditors(showAll),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme === GOAL_SCHEME) showAll();
    }),
  );
}

/** A file system of one file, kept in the workspace's state. */
class GoalFile implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #state: vscode.Memento;
  #mtime = Date.now();
  #closing = false;
  #thrownAway = false;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  get text(): string {
    return this.#state.get<string>(DRAFT, '');
  }

  set(text: string): void {
    if (text === this.text) return;
    this.#mtime = Math.max(Date.now(), this.#mtime + 1);
    void this.#state.update(DRAFT, text === '' ? undefined : text);
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri: GOAL }]);
  }

  /**
   * Throws the text away while `act` closes the editor. A save that is still under way, or yet to come from the last
   * keys, does not bring it back, and finds the file no newer than it was, or the editor would tell the person of a conflict.
   */
  async emptied(act: () => Promise<void>): Promise<void> {
    void this.#state.update(DRAFT, undefined);
    this.#closing = true;
    this.#thrownAway = true;
    try {
      await act();
    } finally {
      this.#closing = false;
    }
  }

  /** Somebody writes again: from here on saves count. */
  reopened(): void {
    if (!this.#closing) this.#thrownAway = false;
  }

  /** No words of the person: the editor may still keep those of a goal that is over. */
  isEmptyIn(document: vscode.TextDocument | undefined): boolean {
    return this.text === '' && (document === undefined || this.#thrownAway || document.getText() === '');
  }

  /**
   * The editor keeps a closed document for a while and would show its old text again: puts ours in its place, or what is
   * offered. The document must not be shown. Not by way of the file, which the editor would read again at a time of its own.
   */
  async fill(document: vscode.TextDocument, offered: string): Promise<void> {
    const wanted = offered !== '' ? offered : this.#thrownAway ? this.text : document.getText();
    this.reopened();
    await untilDone(() => {
      if (document.getText() === wanted) return Promise.resolve(true);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), wanted);
      return vscode.workspace.applyEdit(edit);
    });
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    this.#known(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: this.#mtime, size: new TextEncoder().encode(this.text).byteLength };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    this.#known(uri);
    return new TextEncoder().encode(this.text);
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    this.#known(uri);
    if (!this.#thrownAway) this.set(new TextDecoder().decode(content));
  }

  watch(): Disposable {
    return { dispose: () => undefined };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [['Goal.md', vscode.FileType.File]];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #known(uri: vscode.Uri): void {
    if (uri.path !== GOAL.path) throw vscode.FileSystemError.FileNotFound(uri);
  }
}
