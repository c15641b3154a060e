/** `git status --porcelain=v2 -z`, `git diff-tree --raw -z` and `git ls-files -v -s -z`, read as bytes. */
import { pathText, splitNul } from './names.js';

/** File mode as git writes it (`100644`), `000000` where there is nothing. */
export type Mode = string;
export const NOTHING: Mode = '000000';
export const LINK: Mode = '120000';
export const GITLINK: Mode = '160000';

export interface Side {
  readonly mode: Mode;
  /** Object id; all zeros where unknown or absent. */
  readonly id: string;
}

export interface StatusEntry {
  readonly bytes: Buffer;
  readonly head: Side;
  readonly index: Side;
  readonly worktree: Mode;
  /** Whether the worktree differs from the index. */
  readonly unstaged: boolean;
}

export interface Status {
  readonly tracked: readonly StatusEntry[];
  /** A nested repository ends with `/`. */
  readonly untracked: readonly Buffer[];
  /** A folder ends with `/`. */
  readonly ignored: readonly Buffer[];
}

/** The options that make `status` tell everything, whatever is configured. */
export const STATUS = ['status', '--porcelain=v2', '-z', '--no-renames', '--no-branch', '--no-show-stash', '--ignore-submodules=untracked'] as const;

/** Format: git-status(1), "Porcelain Format Version 2". */
export function parseStatus(output: Buffer): Status {
  const tracked: StatusEntry[] = [];
  const untracked: Buffer[] = [];
  const ignored: Buffer[] = [];
  for (const record of splitNul(output)) {
    const kind = record.toString('latin1', 0, 1);
    if (kind === '?') untracked.push(record.subarray(2));
    else if (kind === '!') ignored.push(record.subarray(2));
    else if (kind === '1') {
      // 1 XY sub mH mI mW hH hI path
      const { fields, rest } = takeFields(record, 8);
      const [, xy = '', , mH = NOTHING, mI = NOTHING, mW = NOTHING, hH = '', hI = ''] = fields;
      tracked.push({ bytes: rest, head: { mode: mH, id: hH }, index: { mode: mI, id: hI }, worktree: mW, unstaged: xy.charAt(1) !== '.' });
    } else if (kind === 'u') {
      // u XY sub m1 m2 m3 mW h1 h2 h3 path: our side (2) stands for HEAD
      const { fields, rest } = takeFields(record, 10);
      const head = { mode: fields[4] ?? NOTHING, id: fields[8] ?? '' };
      tracked.push({ bytes: rest, head, index: head, worktree: fields[6] ?? NOTHING, unstaged: true });
    }
  }
  return { tracked, untracked, ignored };
}

export interface RawChange {
  readonly before: Side;
  readonly after: Side;
  /** `A`, `C`, `D`, `M`, `R`, `T`; renames and copies carry a score in git's output, which is left out. */
  readonly letter: string;
  readonly bytes: Buffer;
  /** The other side of a rename or copy. */
  readonly from?: Buffer;
}

/** `--raw -z`: `:mode mode id id letter\0path\0`, with two paths for renames and copies. Stops at other output. */
export function parseRaw(output: Buffer): { readonly changes: readonly RawChange[]; readonly rest: readonly Buffer[] } {
  const parts = splitNul(output);
  const changes: RawChange[] = [];
  let at = 0;
  while (parts[at]?.[0] === 58) {
    const [m1 = '', m2 = '', id1 = '', id2 = '', letters = ''] = String(parts[at]).slice(1).split(' ');
    const letter = letters.charAt(0);
    const pair = letter === 'R' || letter === 'C';
    const first = parts[at + 1];
    const last = parts[at + (pair ? 2 : 1)];
    if (first === undefined || last === undefined) break;
    changes.push({ before: { mode: m1, id: id1 }, after: { mode: m2, id: id2 }, letter, bytes: last, ...(pair ? { from: first } : {}) });
    at += pair ? 3 : 2;
  }
  return { changes, rest: parts.slice(at) };
}

export interface IndexEntry extends Side {
  readonly bytes: Buffer;
}

/**
 * The index entries whose changes `git status` would not show: `ls-files -v -s -z` marks `assume-unchanged` with a
 * lower-case tag and `skip-worktree` with `S`. Scanned as bytes: only flagged entries are cut out.
 */
export function flaggedEntries(output: Buffer): readonly IndexEntry[] {
  const flagged: IndexEntry[] = [];
  for (let from = 0; from < output.length; ) {
    const found = output.indexOf(0, from);
    const end = found === -1 ? output.length : found;
    const tag = output[from] ?? 0;
    if (tag === 83 || (tag >= 97 && tag <= 122)) {
      // "S 100644 <id> 0\tpath"
      const tab = output.indexOf(9, from);
      const [, mode = '', id = ''] = output.toString('latin1', from, tab).split(' ');
      flagged.push({ mode, id, bytes: output.subarray(tab + 1, end) });
    }
    from = end + 1;
  }
  return flagged;
}

function takeFields(record: Buffer, count: number): { readonly fields: readonly string[]; readonly rest: Buffer } {
  const fields: string[] = [];
  let from = 0;
  for (let n = 0; n < count; n += 1) {
    const end = record.indexOf(32, from);
    fields.push(record.toString('latin1', from, end));
    from = end + 1;
  }
  return { fields, rest: record.subarray(from) };
}

/** Bytes as a map key; one character per byte. */
export function key(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Paths as text for people and for globs; see `pathText` for names that are not UTF-8. */
export function texts(paths: readonly Buffer[]): readonly string[] {
  return paths.map(pathText);
}
