/** Pull requests through `gh`, GitHub's own command: its log-in is used, none of ours is kept. Argument vectors only. */
import type { PullRequestRequest, PullRequests } from '../core/ports.js';
import { findExecutable } from './agents/detect.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from './environment.js';

/** What gh reads beside the common names (`gh help environment`). */
const GH_ENVIRONMENT = ['GH_TOKEN', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN', 'GH_HOST', 'GH_REPO', 'GH_CONFIG_DIR', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM'];
const LIMIT_MS = 120_000;

export interface PullRequestOptions {
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Pull requests of the repository at `root`; where there is no `gh`, the answers say so and nothing is sent. */
export function createPullRequests({ root, environment }: PullRequestOptions): PullRequests {
  const gh = async (args: readonly string[], input = '') => {
    const file = await findExecutable('gh', environment);
    if (file === undefined) return undefined;
    const env = { ...pickEnvironment(environment, [...COMMON_ENVIRONMENT, ...GH_ENVIRONMENT]), GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1' };
    const { execa } = await import('./execa.js');
    const result = await execa(file, args, { cwd: root, env, extendEnv: false, input, timeout: LIMIT_MS, forceKillAfterDelay: 1_000, maxBuffer: 1_000_000, reject: false });
    return { ok: !result.failed, stdout: result.stdout, words: lastLine(result.stderr) ?? lastLine(result.stdout) ?? result.shortMessage ?? '' };
  };
  const found = async (which: string): Promise<{ readonly url: string; readonly state: string; readonly commit?: string } | undefined> => {
    const answer = await gh(['pr', 'view', which, '--json', 'url,state,mergeCommit']);
    return answer?.ok === true ? readView(answer.stdout) : undefined;
  };
  return {
    ready: async () => {
      const status = await gh(['auth', 'status']);
      if (status === undefined) return { ok: false, message: 'gh was not found. Install it (https://cli.github.com), or let the team file say "merge" or "squash".' };
      return status.ok ? { ok: true } : { ok: false, message: `gh is not signed in. Run "gh auth login" in a terminal. gh says: ${status.words}` };
    },
    open: async (request) => {
      const present = await found(request.head);
      if (present?.state === 'OPEN') return { ok: true, url: present.url };
      const made = await gh(createArguments(request), request.body);
      const url = made?.stdout.match(/https?:\/\/\S+/u)?.[0];
      if (made?.ok === true && url !== undefined) return { ok: true, url };
      return { ok: false, message: `gh could not open it; ${request.head} is pushed. gh says: ${made?.words ?? 'it was not found'}` };
    },
    state: async (url) => {
      const present = await found(url);
      if (present === undefined) return undefined;
      const state = present.state === 'MERGED' ? 'merged' : present.state === 'CLOSED' ? 'closed' : 'open';
      return { state, ...(present.commit !== undefined && { commit: present.commit }) };
    },
  };
}

/** The body goes through standard input: it may be longer than an argument can be. */
function createArguments({ head, base, title }: PullRequestRequest): readonly string[] {
  return ['pr', 'create', '--head', head, '--base', base, '--title', title, '--body-file', '-'];
}

/** Format: `gh pr view --json url,state,mergeCommit`. */
function readView(text: string): { readonly url: string; readonly state: string; readonly commit?: string } | undefined {
  try {
    const value = JSON.parse(text) as { readonly url?: unknown; readonly state?: unknown; readonly mergeCommit?: { readonly oid?: unknown } | null };
    if (typeof value.url !== 'string' || typeof value.state !== 'string') return undefined;
    const oid = value.mergeCommit?.oid;
    return { url: value.url, state: value.state, ...(typeof oid === 'string' && { commit: oid }) };
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').findLast((line) => line.trim() !== '');
}
