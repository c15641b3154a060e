/** Consent to full permission, as the headless command asks for it: by a flag, once per repository. */
import type { Permissions } from '../core/ids.js';
import type { EngineSession } from '../engine/session.js';
import type { Output } from './output.js';
import { UsageError } from './output.js';
import { quote } from './words.js';

export interface Consent {
  /** `--consent-full` was given. */
  readonly given: boolean;
  /** What was typed behind the command's name: what to run is the same, with the flag. */
  readonly argv: readonly string[];
}

/** Throws what to run instead where agents would be allowed everything and nobody has agreed to that. */
export async function needConsent(session: EngineSession, permissions: Permissions, { given, argv }: Consent, output: Output): Promise<void> {
  if (permissions !== 'full' || (await session.hasConsent())) return;
  if (given) {
    await session.giveConsent();
    output.say('Full permission is allowed in this repository from now on; it is not asked again.');
    return;
  }
  throw new UsageError(
    [
      'The team file sets "permissions" to "full": agents may run any command and change any file that you may, also outside their worktrees.',
      'Nobody has allowed that in this repository yet. Nothing was started; nothing was changed.',
      `To allow it, once for this repository: switchyard ${argv.map(quote).join(' ')} --consent-full`,
      'Or set "permissions" to "edit-and-run" in .switchyard/team.jsonc: edits then stay in their worktrees, and commands start there.',
    ].join('\n'),
  );
}
