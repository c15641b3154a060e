/** What a model server hears and says, without the wire format of any vendor. */

export type Wire = 'anthropic' | 'responses' | 'gemini' | 'chat';

/** One turn of the conversation that a CLI sends back with every request. */
export type Turn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: number }
  | { readonly role: 'tool'; readonly results: readonly string[] };

export interface ToolSpec {
  readonly name: string;
  /** OpenAI's free-form tools take text instead of JSON. */
  readonly freeform: boolean;
}

export interface ModelRequest {
  readonly wire: Wire;
  readonly model: string;
  readonly system: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolSpec[];
  /** The schema that the answer must follow, where the CLI passes one on. */
  readonly schema?: unknown;
  /** All text of the person in this conversation, oldest first. */
  readonly prompt: string;
  /**
   * How often the assistant has ended its turn before: 0 in a new session, 1 after the first resume. Counted by turns
   * without a tool call, because CLIs slip reminders of their own between the person's messages.
   */
  readonly round: number;
  /** How many tool-calling turns this round has had. */
  readonly step: number;
  /** 1 for the first request that the server answers, counted over all conversations. */
  readonly number: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One thing the model does. Several in a list make one response. */
export type Step =
  | { readonly text: string }
  | { readonly think: string }
  | { readonly read: { readonly path: string } }
  | { readonly write: { readonly path: string; readonly text: string } }
  | { readonly edit: { readonly path: string; readonly find: string; readonly replace: string } }
  | { readonly run: string }
  /** The schema-constrained answer, by whatever means the CLI has for it; else as text. */
  | { readonly answer: unknown }
  /** A tool call by the CLI's own name. */
  | { readonly tool: { readonly name: string; readonly input: unknown } }
  | { readonly fail: { readonly status: number; readonly message?: string; readonly type?: string; readonly retryAfterSeconds?: number } }
  /** The vendor ends the response for its safety rules, as each of them does; the text is what the model said before (Gemini's API withholds it). */
  | { readonly refuse: string }
  /** Closes the connection: before the first byte, or after the response has begun. */
  | { readonly drop: 'before' | 'midway' }
  /** Says nothing more until the server closes: no answer at all, or after the response has begun. */
  | { readonly silent: 'before' | 'midway' };

export type Brain = (request: ModelRequest) => readonly Step[] | Promise<readonly Step[]>;

/** A tool call as the wire needs it. */
export interface Call {
  readonly id: string;
  readonly name: string;
  /** An object, or text for a free-form tool. */
  readonly input: unknown;
  readonly freeform: boolean;
}

/** What a response holds once steps are translated for the CLI that asked. */
export interface Reply {
  readonly thinking: readonly string[];
  readonly texts: readonly string[];
  readonly calls: readonly Call[];
  /** Ended by the vendor's safety rules. */
  readonly refused: boolean;
}

/** Tokens that every successful response reports, so that tests know what a bill must say. */
export const TOKENS = { fresh: 100, cacheRead: 40, cacheWrite: 10, output: 20 } as const;
