/** Reading a CLI's JSON lines without trusting their shape. Every reader has an answer for every input. */
import { nestsTooDeep } from '../../core/nesting.js';

export type Json = Readonly<Record<string, unknown>>;

const EMPTY: Json = Object.freeze({});

/** The object that a line holds, or `undefined` for anything else (plain text, arrays, torn lines). */
export function parseObject(line: string): Json | undefined {
  // Warnings and progress in plain text are common; only what can be an object is parsed.
  if (!/^\s*\{/.test(line) || nestsTooDeep(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON object, which arrays and `null` are not. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a JSON object, else an empty one: a field of outside input can then be asked for without a check. */
export function object(value: unknown): Json {
  return isObject(value) ? value : EMPTY;
}

/** The objects of a JSON array; whatever else is in it is left out, and what is no array has none. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A non-empty string, or `undefined`. */
export function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number of at least 0, or `undefined`: token counts, delays, prices. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** A whole number of tokens; 0 for anything else. */
export function tokens(value: unknown): number {
  return Math.floor(amount(value) ?? 0);
}
