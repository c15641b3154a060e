/** One real editor with the packaged extension on one repository, and the browser window that a person sits at. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../support/browser.js';
import { startEditor, type Editor, type EditorOptions } from '../../support/editor/start.js';
import { packedExtension } from '../../support/editor/vsix.js';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../../support/editor/workbench.js';
import { testOutput } from '../../support/root.js';

export interface Stage {
  /** Holds the repository, its worktrees and whatever a suite puts beside them. */
  readonly folder: string;
  /** The repository's root. */
  readonly root: string;
  readonly editor: Editor;
  readonly browser: Browser;
  readonly wb: Workbench;
  /** Writes `test-output/e2e/<suite>/NN-<name>.png`, numbered in the order of taking. */
  readonly picture: (name: string, of?: Workbench) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  /** Fills the folder's `notes` with a repository. */
  readonly make: (root: string, folder: string) => Promise<void>;
  readonly editor?: (folder: string) => Partial<EditorOptions> | Promise<Partial<EditorOptions>>;
  readonly window?: WorkbenchOptions;
}

export async function openStage(suite: string, options: StageOptions): Promise<Stage> {
  const pictures = join('e2e', suite);
  await rm(join(testOutput, pictures), { recursive: true, force: true });
  const folder = await realpath(await mkdtemp(join(tmpdir(), `switchyard-e2e-${suite}-`)));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const each of closers.splice(0).reverse()) await each().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'The stage could not be cleared');
  };
  try {
    const root = join(folder, 'notes');
    await mkdir(root);
    await options.make(root, folder);
    const vsix = await packedExtension();
    const editor = await startEditor({ folder: root, vsix, ...(await options.editor?.(folder)) });
    closers.push(() => editor.close());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const wb = await openWorkbench(editor, browser, options.window);
    let taken = 0;
    return {
      folder,
      root,
      editor,
      browser,
      wb,
      picture: async (name, of = wb) => {
        taken += 1;
        await of.screenshot(join(pictures, `${String(taken).padStart(2, '0')}-${name}`));
      },
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
