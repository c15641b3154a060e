/** From neutral steps to the tools that the asking CLI really offers. */
import { randomUUID } from 'node:crypto';
import type { Call, ModelRequest, Reply, Step } from './types.js';

function callOf(request: ModelRequest, names: readonly string[], input: Readonly<Record<string, unknown>>): Call {
  const tool = request.tools.find((candidate) => names.includes(candidate.name));
  return { id: callId(), name: tool?.name ?? names[0] ?? 'unknown', input, freeform: false };
}

function callId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

/** Codex edits by patch only; whole files are deleted and added again. */
function patchCall(request: ModelRequest, patch: string): Call {
  const tool = request.tools.find((candidate) => candidate.name === 'apply_patch');
  const freeform = tool?.freeform ?? true;
  return { id: callId(), name: 'apply_patch', input: freeform ? patch : { input: patch }, freeform };
}

function lines(prefix: string, value: string): string {
  return value
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${prefix}${line}\n`)
    .join('');
}

function read(request: ModelRequest, path: string): Call {
  if (request.wire === 'responses') return run(request, `cat ${path}`);
  if (request.wire === 'chat') return callOf(request, ['read'], { filePath: path });
  return callOf(request, [request.wire === 'gemini' ? 'read_file' : 'Read'], { file_path: path });
}

function write(request: ModelRequest, path: string, content: string): Call {
  if (request.wire === 'responses') return patchCall(request, `*** Begin Patch\n*** Add File: ${path}\n${lines('+', content)}*** End Patch\n`);
  if (request.wire === 'chat') return callOf(request, ['write'], { filePath: path, content });
  return callOf(request, [request.wire === 'gemini' ? 'write_file' : 'Write'], { file_path: path, content });
}

function edit(request: ModelRequest, path: string, find: string, replace: string): Call {
  if (request.wire === 'responses')
    return patchCall(request, `*** Begin Patch\n*** Update File: ${path}\n@@\n${lines('-', find)}${lines('+', replace)}*** End Patch\n`);
  if (request.wire === 'chat') return callOf(request, ['edit'], { filePath: path, oldString: find, newString: replace });
  if (request.wire === 'gemini')
    return callOf(request, ['replace'], { file_path: path, old_string: find, new_string: replace, instruction: 'Apply the change', allow_multiple: false });
  return callOf(request, ['Edit'], { file_path: path, old_string: find, new_string: replace });
}

function run(request: ModelRequest, command: string): Call {
  if (request.wire === 'responses') {
    const shell = request.tools.find((tool) => ['exec_command', 'shell_command', 'shell'].includes(tool.name))?.name;
    if (shell === 'exec_command') return callOf(request, ['exec_command'], { cmd: command });
    if (shell === 'shell') return callOf(request, ['shell'], { command: ['bash', '-lc', command] });
    return callOf(request, ['shell_command'], { command });
  }
  const name = { anthropic: 'Bash', gemini: 'run_shell_command', chat: 'bash' }[request.wire];
  return callOf(request, [name], { command, description: 'Run a command' });
}

function answer(request: ModelRequest, value: unknown): Call | string {
  const tool = request.tools.find((candidate) => candidate.name === 'StructuredOutput');
  return tool === undefined ? JSON.stringify(value) : { id: callId(), name: tool.name, input: value, freeform: false };
}

/** Steps that are content; failures are acted on before. */
export function replyOf(request: ModelRequest, steps: readonly Step[]): Reply {
  const thinking: string[] = [];
  const texts: string[] = [];
  const calls: Call[] = [];
  for (const step of steps) {
    if ('text' in step) texts.push(step.text);
    else if ('refuse' in step) texts.push(step.refuse);
    else if ('think' in step) thinking.push(step.think);
    else if ('read' in step) calls.push(read(request, step.read.path));
    else if ('write' in step) calls.push(write(request, step.write.path, step.write.text));
    else if ('edit' in step) calls.push(edit(request, step.edit.path, step.edit.find, step.edit.replace));
    else if ('run' in step) calls.push(run(request, step.run));
    else if ('tool' in step) calls.push({ id: callId(), name: step.tool.name, input: step.tool.input, freeform: typeof step.tool.input === 'string' });
    else if ('answer' in step) {
      const given = answer(request, step.answer);
      if (typeof given === 'string') texts.push(given);
      else calls.push(given);
    }
  }
  return { thinking, texts, calls, refused: steps.some((step) => 'refuse' in step) };
}
