/** Names that come from outside or from git: paths as bytes, branches and revisions that must not be options. */

const strict = new TextDecoder('utf-8', { fatal: true });

/** A path for people and globs: UTF-8, or, where the bytes are not, each such byte as `\xNN`. */
export function pathText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const size = utf8Length(bytes, at);
      if (size === 0) {
        text += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
        at += 1;
      } else {
        text += strict.decode(bytes.subarray(at, at + size));
        at += size;
      }
    }
    return text;
  }
}

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none. */
function utf8Length(bytes: Uint8Array, at: number): number {
  for (let size = 1; size <= 4 && at + size <= bytes.length; size += 1) {
    try {
      strict.decode(bytes.subarray(at, at + size));
      return size;
    } catch {
      // Try a longer sequence.
    }
  }
  return 0;
}

/** Splits NUL-terminated output (`-z`) without decoding it. */
export function splitNul(output: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = output.indexOf(0); at !== -1; at = output.indexOf(0, from)) {
    parts.push(output.subarray(from, at));
    from = at + 1;
  }
  if (from < output.length) parts.push(output.subarray(from));
  return parts;
}

/** NUL-terminated input for `--stdin -z`. */
export function joinNul(parts: readonly Uint8Array[]): Buffer {
  const end = Buffer.from([0]);
  return Buffer.concat(parts.flatMap((part) => [part, end]));
}

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u;

/** A full object id in hex (SHA-1 or SHA-256), never an abbreviation or a name. */
export function isSha(text: string): boolean {
  return SHA.test(text);
}

/**
 * A short branch name that git would accept (rules of `git check-ref-format --branch`), and that cannot be taken for
 * an option, a range or an expression.
 */
export function isBranchName(name: string): boolean {
  if (name === '' || name === '@' || name === 'HEAD' || name.startsWith('-') || name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false;
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//u.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** A branch, tag, ref or object id; `HEAD` too, and simple ancestry such as `main~2` or `HEAD^`. */
export function isRevision(rev: string): boolean {
  const name = rev.replace(/(?:[~^]\d*)+$/u, '');
  return rev.length <= 1000 && (name === 'HEAD' || isBranchName(name));
}
