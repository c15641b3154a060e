/** Addresses of the fixed texts that a person reviews: a file at a commit, of one task, on one side of the diff. */
import * as vscode from 'vscode';
import { REVIEW_SCHEME } from '../contributions.js';

export interface ReviewedFile {
  readonly run: string;
  readonly task: string;
  /** The commit whose content is shown. */
  readonly commit: string;
  /** Repository path. */
  readonly path: string;
  readonly side: 'from' | 'to';
}

/** An address that holds all that is needed to read the file again, so that an editor survives a reload. */
export function reviewUri(file: ReviewedFile): vscode.Uri {
  const { run, task, commit, side, path } = file;
  return vscode.Uri.from({ scheme: REVIEW_SCHEME, path: `/${path}`, query: new URLSearchParams({ run, task, commit, side }).toString() });
}

/** What such an address names; `undefined` for any other. */
export function reviewedFile(uri: vscode.Uri): ReviewedFile | undefined {
  if (uri.scheme !== REVIEW_SCHEME) return undefined;
  const query = new URLSearchParams(uri.query);
  const [run, task, commit, side] = [query.get('run'), query.get('task'), query.get('commit'), query.get('side')];
  if (run === null || task === null || commit === null || (side !== 'from' && side !== 'to')) return undefined;
  return { run, task, commit, side, path: uri.path.slice(1) };
}
