/** The command line as outside input: which command, its arguments and options, or one clear line of what is wrong. */
import { parseArgs } from 'node:util';
import type { CommandName, OptionName, OptionSpec } from './commands.js';
import { COMMANDS, OPTIONS, isCommand, specOf } from './commands.js';
import { optionWords, optionsOf } from './help.js';
import { UsageError } from './output.js';

type Values = { [K in OptionName]?: (typeof OPTIONS)[K] extends { readonly value: string } ? string : true };

export type CommandLine =
  | { readonly kind: 'help'; readonly of?: CommandName; readonly asked: boolean }
  | { readonly kind: 'command'; readonly name: CommandName; readonly args: readonly string[]; readonly values: Values };

/** @throws UsageError for what no command takes; the message is one line. */
export function readArguments(argv: readonly string[]): CommandLine {
  const { tokens, positionals } = parseArgs({
    args: argv.map((arg) => (arg === '-h' ? '--help' : arg)),
    options: Object.fromEntries(names().map((name) => [name, { type: takesValue(name) ? ('string' as const) : ('boolean' as const) }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const [name, ...args] = positionals;
  const wantsHelp = tokens.some((token) => token.kind === 'option' && token.name === 'help');
  if (name === undefined) return { kind: 'help', asked: wantsHelp };
  if (name === 'help') return { kind: 'help', asked: true, ...(args[0] !== undefined && { of: commandNamed(args[0]) }) };
  const command = commandNamed(name);
  if (wantsHelp) return { kind: 'help', of: command, asked: true };

  const values: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = optionsOf(command).find((each) => each === token.name);
    if (option === undefined) throw new UsageError(`switchyard ${command} has no option ${token.rawName}. It takes ${optionsOf(command).map(optionWords).join(', ')}.`);
    if (takesValue(option)) {
      // What looks like the next option was meant as one: `--feedback --json` forgot its text.
      const forgotten = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'));
      if (forgotten) throw new UsageError(`--${option} needs a value: ${optionWords(option)} (${OPTIONS[option].about}). One that begins with "-" is written --${option}=-….`);
      values[option] = token.value;
    } else {
      if (token.value !== undefined) throw new UsageError(`--${option} takes no value.`);
      values[option] = true;
    }
  }
  const { takes, asks, usage } = specOf(command);
  const form = `switchyard ${command} ${usage[0] ?? ''}`.trimEnd();
  if (args.length < takes[0]) throw new UsageError(`${asks ?? 'Something is missing.'} ${form}`);
  if (args.length > takes[1]) throw new UsageError(`"${args[takes[1]] ?? ''}" is one argument too many: ${form}`);
  return { kind: 'command', name: command, args, values: values };
}

function names(): readonly OptionName[] {
  return Object.keys(OPTIONS) as OptionName[];
}

function takesValue(name: OptionName): boolean {
  const spec: OptionSpec = OPTIONS[name];
  return spec.value !== undefined;
}

function commandNamed(name: string): CommandName {
  if (isCommand(name)) return name;
  throw new UsageError(`There is no command "${name}". The commands are: ${Object.keys(COMMANDS).join(', ')}.`);
}
