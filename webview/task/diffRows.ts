/** A unified diff as rows of equal height. Pure. */
import parser, { type File } from 'gitdiff-parser';

export interface DiffRow {
  readonly kind: 'hunk' | 'insert' | 'delete' | 'normal' | 'file';
  readonly text: string;
  /** 1-based line in the old and in the new version. */
  readonly old?: number;
  readonly new?: number;
}

/** Longer lines are cut: minified files would freeze any page. */
const LONGEST = 1_000;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text).replaceAll('\t', '    ');

function fileRows(file: File): readonly DiffRow[] {
  return file.hunks.flatMap((hunk): DiffRow[] => [
    { kind: 'hunk', text: cut(hunk.content) },
    ...hunk.changes.map((change): DiffRow => {
      const text = cut(change.content);
      if (change.type === 'insert') return { kind: 'insert', text, new: change.lineNumber };
      if (change.type === 'delete') return { kind: 'delete', text, old: change.lineNumber };
      return { kind: 'normal', text, old: change.oldLineNumber, new: change.newLineNumber };
    }),
  ]);
}

/** `binary` when there are no lines to show; `rows` is empty for a change of name or mode only. */
export function diffRows(unified: string): { readonly rows: readonly DiffRow[]; readonly binary: boolean } {
  const files = parser.parse(unified);
  return { rows: files.flatMap(fileRows), binary: files.some((file) => file.isBinary === true) || /^(Binary files |GIT binary patch)/m.test(unified) };
}
