/** Why a run cannot be opened, as the editor says it. Pure. */

/** The engine names the headless command; in the editor the same has a command of its own. */
const CLI_EXPORT = /\bswitchyard recover --export \S+ --to \S+ saves/;

/** The engine's advice names the headless command; the editor's is a button. */
export function refusalText(refused: string): string {
  return refused.replace(CLI_EXPORT, 'Recover Run… saves');
}
