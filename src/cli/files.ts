/** Files that a person names on the command line. What is missing is said in words, never as an error of the system. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { withoutMark } from '../core/text.js';
import { UsageError } from './output.js';

/** Larger files are refused before they are parsed. Characters. */
const LONGEST = 20_000_000;

const READING: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `There is no file ${resolve(file)}.`,
  ENOTDIR: (file) => `There is no file ${resolve(file)}.`,
  EISDIR: (file) => `${resolve(file)} is a folder, not a file.`,
  EACCES: (file) => `You may not read ${resolve(file)}.`,
  EPERM: (file) => `You may not read ${resolve(file)}.`,
};

const WRITING: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `Could not write ${resolve(file)}: there is no folder ${dirname(resolve(file))}.`,
  ENOTDIR: (file) => `Could not write ${resolve(file)}: ${dirname(resolve(file))} is not a folder.`,
  EISDIR: (file) => `Could not write ${resolve(file)}: it is a folder.`,
  EACCES: (file) => `You may not write ${resolve(file)}.`,
  EPERM: (file) => `You may not write ${resolve(file)}.`,
  EROFS: (file) => `Could not write ${resolve(file)}: the file system is read-only.`,
  ENOSPC: (file) => `Could not write ${resolve(file)}: the disk is full.`,
};

function words(table: typeof READING, verb: string, file: string, error: unknown): UsageError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new UsageError(table[code]?.(file) ?? `Could not ${verb} ${resolve(file)} (${code === '' ? String(error) : code}).`);
}

/** `what` names the file's purpose, e.g. `the plan`: it is said when there is none. */
export async function readText(file: string, what: string): Promise<string> {
  try {
    return withoutMark(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`Could not read ${what}. ${words(READING, 'read', file, error).message}`);
  }
}

/** A JSON file that a person names. Throws `UsageError` when it is missing, empty, too large or no JSON. */
export async function readJson(file: string, what: string): Promise<unknown> {
  const text = await readText(file, what);
  if (text.length > LONGEST) throw new UsageError(`${file} is larger than ${what} can be (${String(text.length)} characters).`);
  if (text.trim() === '') throw new UsageError(`${file} is empty; ${what} is a JSON object.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes a result file by atomic rename, so that a reader never sees half of it. */
export async function writeText(file: string, text: string): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw words(WRITING, 'write', file, error);
  }
}
