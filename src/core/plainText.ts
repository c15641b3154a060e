/**
 * What agents, planners and repositories say, on its way to where a person reads it: it must not move the cursor, change the
 * title or write the clipboard of a terminal, nor become a link that runs a command of the editor. Pure.
 */

/** OSC, DCS, SOS, PM and APC up to their terminator (or the end: an open one would swallow what follows). */
const STRINGS = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)/g;
/** CSI: parameters, intermediates, final byte. */
const CSI = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?/g;
/** Any other escape sequence. */
const ESCAPE = /\x1b[ -/]*[0-~]?/g;
/** Control characters but tab and newline; and marks that make text read in another order than it is. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Plain text: no escape sequences, no control characters but tab and newline. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(STRINGS, '').replace(CSI, '').replace(ESCAPE, '').replace(CONTROL, '');
}

/**
 * Text that no place of the editor makes a link of: messages and descriptions turn `[words](command:…)` into one, and run that
 * command on a click.
 */
export function withoutLinks(text: string): string {
  return plain(text).replace(/\](?=\()/g, '] ');
}
