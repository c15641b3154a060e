/** A home in which Claude Code was used before: it asks about colours, keys and trust only once. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Adds the answers to what headless runs have left in `home`; `root` is the repository, whose worktrees share its trust. */
export async function usedBefore(home: string, root: string, key: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const file = join(home, '.claude.json');
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as { readonly projects?: object };
  const answered = {
    ...known,
    theme: 'dark',
    hasCompletedOnboarding: true,
    // The CLI keeps the last 20 characters of a key that was allowed.
    customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
    projects: { ...known.projects, [root]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
  };
  await writeFile(file, JSON.stringify(answered));
}
