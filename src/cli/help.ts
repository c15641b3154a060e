/** The texts of `--help`: an overview, and one for each command. */
import type { CommandName, OptionName, OptionSpec } from './commands.js';
import { COMMANDS, OPTIONS, specOf } from './commands.js';

const COMMON: readonly OptionName[] = ['repo', 'json', 'help'];

/** Every option that a command takes. */
export function optionsOf(name: CommandName): readonly OptionName[] {
  return [...specOf(name).options, ...COMMON];
}

/** What `switchyard --help` prints: every form of every command on a line. */
export function overview(): string {
  const lines = (Object.keys(COMMANDS) as CommandName[]).flatMap((name) =>
    specOf(name).usage.map((usage, at) => `  ${`${name} ${usage}`.padEnd(WIDE)}  ${at === 0 ? firstSentence(specOf(name).about) : ''}`.trimEnd()),
  );
  return [
    'switchyard: a team of coding agents, under control',
    '',
    ...lines,
    '',
    '  All take --repo DIR (default: here) and --json. More about one: switchyard run --help',
    '  approve, retry, allow, check-again, resolve, replan, drop, land, bring-in, stop, pause, go-on and discard record a wish; resume (or the editor) acts on it.',
    '',
    'Exit codes: 0 done, 1 internal error, 2 bad input (nothing was changed), 3 a person is needed, 4 a budget stopped it.',
  ].join('\n');
}

/** What `switchyard COMMAND --help` prints, its options and exit codes included. */
export function helpOf(name: CommandName): string {
  const spec = specOf(name);
  const options = optionsOf(name).map((option) => [optionWords(option), OPTIONS[option].about] as const);
  return [
    ...spec.usage.map((usage) => `switchyard ${name} ${usage}`.trimEnd()),
    '',
    spec.about,
    '',
    'Options:',
    ...table(options),
    '',
    'Exit codes:',
    ...table(spec.exits.map(([code, meaning]) => [String(code), meaning] as const)),
    '',
    'Example:',
    `  ${spec.example}`,
  ].join('\n');
}

/** Longer forms push their line to the right. */
const WIDE = 34;

function firstSentence(text: string): string {
  return (/^[^.;:(]*?(?=, e\.g|[.;:(]|$)/.exec(text)?.[0] ?? text).trim();
}

/** `--out FILE`; a switch is only its name. */
export function optionWords(name: OptionName): string {
  const { value }: OptionSpec = OPTIONS[name];
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const wide = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(wide)}  ${right}`);
}
