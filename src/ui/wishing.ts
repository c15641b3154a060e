/** Sending a wish, with consent where it is needed, and saying a refusal out loud. */
import * as vscode from 'vscode';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { Base } from './app.js';
import { messageOf } from './log.js';
import { showWarning } from './messages.js';
import { createDrafts } from './review/drafts.js';

const CONSENT = 'consent.full';

/**
 * Sends a wish. A refusal is returned; nothing is shown, so that the dashboard can show it where it was asked.
 * `accepted` is called when nothing is left to ask the person and the engine has it.
 */
export async function sendWish(app: Base, wish: Wish, accepted: () => void = () => undefined): Promise<WishAnswer> {
  const session = app.repository.session();
  if (session === undefined) return { ok: false, reason: 'No repository is open in this window. Nothing was changed; open a folder with a git repository.' };
  if (wish.type === 'approve-plan' && !(await consents(app))) {
    return { ok: false, reason: 'Nothing was started: full permission was not allowed for this workspace. Lower "permissions" in the team file, or approve and allow it.' };
  }
  if (wish.type === 'approve' && !(await mergesUnsentComments(app, wish.run, wish.task))) {
    return { ok: false, reason: 'Nothing was merged: your comments have not been sent. Retry with Comments sends them to the agent.' };
  }
  try {
    accepted();
    return await session.wish(wish);
  } catch (error) {
    app.log.error(`The wish ${wish.type} failed`, error);
    return { ok: false, reason: `Switchyard could not do that: ${messageOf(error)} No work was lost; the log has the details.` };
  }
}

/** Shows a refusal, with the way on where there is one. Resolves when the person dismissed it: callers do not wait. */
export async function sayRefusal(app: Base, reason: string): Promise<void> {
  const state = app.repository.state();
  const untrusted = state.kind === 'empty' && state.reason === 'untrusted';
  const button = untrusted ? 'Manage Workspace Trust' : 'Show Log';
  if ((await showWarning(reason, button)) !== button) return;
  if (untrusted) await vscode.commands.executeCommand('workbench.trust.manage');
  else app.log.show();
}

/** Comments that were written and never sent are easily forgotten under one click. */
async function mergesUnsentComments(app: Base, run: string, task: string): Promise<boolean> {
  const count = createDrafts(app.context.workspaceState).of(run, task).length;
  if (count === 0) return true;
  const merge = 'Merge Anyway';
  const answer = await showWarning(
    count === 1 ? 'One of your comments has not been sent' : `${count} of your comments have not been sent`,
    { modal: true, detail: 'Retry with Comments sends them to the agent first. Merging now lands the changes as they are; the comments stay with you.' },
    merge,
  );
  return answer === merge;
}

/** Full permission is asked about once per repository. */
async function consents(app: Base): Promise<boolean> {
  const session = app.repository.session();
  if (session?.current()?.team.permissions !== 'full' || (await session.hasConsent())) return true;
  if (app.context.workspaceState.get<boolean>(CONSENT) === true) {
    // Given before the record lay in the repository, where the headless command finds it too.
    await session.giveConsent();
    return true;
  }
  const allow = 'Allow in This Workspace';
  const answer = await showWarning(
    'Let agents do anything without asking?',
    {
      modal: true,
      detail:
        'The team file sets "permissions" to "full": agents may run any command and change any file that you may, also outside their worktrees. Switchyard still checks and gates what lands. With "edit-and-run" their edits stay in their worktrees, and commands start there.\n\nYou are asked once. Your answer is kept with this clone, never committed: nobody else’s agents are allowed anything by it.',
    },
    allow,
  );
  if (answer !== allow) return false;
  await session.giveConsent();
  return true;
}
