/** What a tool call is called for people: `Edit src/a.ts`, `$ npm test`, `Search "foo"`. */
import { string, type Json } from './json.js';
import { relativePath } from './text.js';

export interface ToolView {
  readonly title: string;
  /** Relative to the worktree where it lies inside. */
  readonly path?: string;
  /** Set for tools that change a file when they succeed. */
  readonly changes?: 'added' | 'modified';
}

const VERBS: Readonly<Record<string, string>> = {
  read: 'Read', read_file: 'Read', read_many_files: 'Read',
  write: 'Write', write_file: 'Write',
  edit: 'Edit', multiedit: 'Edit', replace: 'Edit', notebookedit: 'Edit', patch: 'Edit', apply_patch: 'Edit',
  ls: 'List', list: 'List', list_directory: 'List',
};
const CHANGING = new Set(['Write', 'Edit']);
const SHELLS = new Set(['bash', 'run_shell_command', 'shell', 'exec_command', 'shell_command', 'powershell']);
const SEARCHES = new Set(['grep', 'grep_search', 'search_file_content', 'glob', 'websearch', 'google_web_search', 'web_search', 'codesearch']);
const FETCHES = new Set(['webfetch', 'web_fetch']);
const AGENTS = new Set(['agent', 'task', 'invoke_agent']);
const ANSWERS = new Set(['structuredoutput']);

function pathIn(input: Json): string | undefined {
  return (
    string(input['file_path']) ?? string(input['filePath']) ?? string(input['notebook_path']) ?? string(input['absolute_path']) ??
    string(input['dir_path']) ?? string(input['path'])
  );
}

/** @param root the worktree as the CLI names it. */
export function toolView(name: string, input: Json, root: string | undefined): ToolView {
  const key = name.toLowerCase();
  if (SHELLS.has(key)) return { title: `$ ${string(input['command']) ?? string(input['cmd']) ?? ''}`.trim() };
  if (SEARCHES.has(key)) return { title: `Search ${JSON.stringify(string(input['pattern']) ?? string(input['query']) ?? '').slice(0, 200)}` };
  if (FETCHES.has(key)) return { title: `Fetch ${string(input['url']) ?? string(input['prompt']) ?? ''}`.trim() };
  if (AGENTS.has(key)) return { title: `Sub-agent: ${string(input['description']) ?? string(input['prompt']) ?? name}` };
  if (ANSWERS.has(key)) return { title: 'Give the answer' };
  const verb = VERBS[key];
  const raw = pathIn(input);
  if (verb === undefined) return { title: raw === undefined ? name : `${name} ${relativePath(raw, root)}` };
  if (raw === undefined) return { title: verb };
  const path = relativePath(raw, root);
  return { title: `${verb} ${path}`, path, ...(CHANGING.has(verb) ? { changes: verb === 'Write' ? ('added' as const) : ('modified' as const) } : {}) };
}
