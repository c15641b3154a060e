/**
 * Did a CLI that fell silent ask for a permission? Its standard input is closed, so it waits for ever. The words are
 * those of the CLIs' own prompts: Claude Code ("Do you want to proceed?"), Codex ("Allow command?"), Gemini CLI ("Allow
 * execution of", "Waiting for user confirmation"), opencode ("Permission required"), and the usual `[y/N]`.
 */
const ASKS =
  /\[y\/n\]|\(y\/n\)|\(yes\/no\)|do you want to (proceed|allow|make this edit|create)|allow (this |the )?(command|execution|tool|action|edit|once)\b|permission (required|requested)|waiting for (user )?(confirmation|approval|permission)|requires? (your )?approval|"subtype":"can_use_tool"/i;

/** What is looked at: the end of what was said. */
const TAIL = 2_000;

export interface QuestionWatch {
  heard(chunk: Buffer): void;
  asks(): boolean;
}

/** Remembers the end of what was printed, and tells whether it looks like a question that waits for an answer. */
export function questionWatch(): QuestionWatch {
  let tail = '';
  return {
    heard: (chunk) => {
      tail = (tail + chunk.subarray(-TAIL).toString('latin1')).slice(-TAIL);
    },
    asks: () => ASKS.test(lastLines(tail)),
  };
}

/** Only the last lines: earlier ones were answered, or are an agent's prose. */
function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-3).join('\n');
}
