/**
 * Words that come from outside (a plan's model, a session id that a CLI's own stream named) on their way into an
 * argument vector. Some CLIs read `-m --yolo` as two options, and `resume --full-access` as one: a leading hyphen is refused.
 */
import { isModelName, isSessionId } from '../../core/words.js';

function refused(what: string, word: string): Error {
  return new Error(`The ${what} ${JSON.stringify(word.slice(0, 80))} cannot be given to an agent: it could be taken for an option. Nothing was started.`);
}

/** @throws Error with a message for people. */
export function modelArgs(option: string, model: string | undefined): readonly string[] {
  if (model === undefined) return [];
  if (!isModelName(model)) throw refused('model', model);
  return [option, model];
}

/** @throws Error with a message for people. */
export function sessionWord(session: string): string {
  if (!isSessionId(session)) throw refused('session', session);
  return session;
}
