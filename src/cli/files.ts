import { rename, writeFile } from 'node:fs/promises';
import { UsageError } from './output.js';

/** Writes a result file by atomic rename, so that a reader never sees half of it. */
export async function writeText(file: string, text: string): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    throw new UsageError(`Could not write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
