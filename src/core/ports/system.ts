/** Prices, time, log, ids, files. */
import type { Usage } from '../activity.js';
import type { AgentId } from '../ids.js';

export interface Prices {
  /** Dollars for one model's tokens, or `undefined` when the price is not known. Never 0 for unknown. */
  usd(agent: AgentId, usage: Usage): Promise<number | undefined>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once; returns a cancel function. */
  after(ms: number, act: () => void): () => void;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

export interface Ids {
  /** A random nonce, at least 128 bits, hexadecimal. */
  nonce(): string;
  uuid(): string;
}

/** Text files in Switchyard's own folders (attempts, inbox). */
export interface Files {
  read(path: string): Promise<string | undefined>;
  /** By atomic rename, mode 0600. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** Calls back after something changed in the folder (made if missing); returns a stop function. */
  watch(folder: string, changed: () => void): () => void;
}

/** What the person saved in this editor. Headless, nothing is known. */
export interface Saves {
  /** Whether a file (absolute path) was saved, made, renamed or deleted by the person's hand at or after a moment. */
  since(path: string, ms: number): boolean;
}
