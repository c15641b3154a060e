/** A terminal without a process: it shows what an attempt that is over has said. */
import * as vscode from 'vscode';
import { closingLine, shownTranscript } from './closing.js';

export interface TranscriptView {
  readonly pty: vscode.Pseudoterminal;
  /** Resolves when the editor has opened it. */
  readonly opened: Promise<void>;
}

/** `folder` is the attempt's. What is read is outside input; it is shown, never run. */
export function transcriptView(folder: string): TranscriptView {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<void>();
  const file = (name: string): vscode.Uri => vscode.Uri.joinPath(vscode.Uri.file(folder), name);
  let opened: () => void = () => undefined;

  const show = async (): Promise<void> => {
    const [transcript, exit] = await Promise.all([textOf(file('transcript.txt')), textOf(file('exit.json'))]);
    const rows = vscode.workspace.getConfiguration('terminal.integrated').get<number>('scrollback', 1000);
    written.fire(`${transcript === undefined ? 'This attempt left no transcript.' : shownTranscript(transcript, rows)}\r\n\r\n${closingLine(parsed(exit))}\r\n`);
  };
  return {
    opened: new Promise((resolve) => {
      opened = resolve;
    }),
    pty: {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: () => {
        opened();
        void show();
      },
      // The key that ends a program at work closes the view of one that has ended.
      handleInput: (data) => {
        if (data === '\x03') closed.fire();
      },
      close: () => {
        written.dispose();
        closed.dispose();
      },
    },
  };
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
