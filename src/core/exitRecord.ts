/** An attempt's exit record as outside input: its folder is not out of its agent's reach. Pure, and small: the runner has it too. */
import { FAILURE_REASONS, type AgentOutcome, type Usage } from './activity.js';
import type { ExitRecord } from './ports.js';

const ENDINGS: readonly ExitRecord['ended'][] = ['exited', 'stopped', 'idle', 'time-limit', 'budget', 'not-started'];

type Shape<T> = { readonly [K in keyof T]?: unknown };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
/** JSON has `null` where a number was none. */
const isFigure = (value: unknown): boolean => value === undefined || value === null || isCount(value);
/** The last moment that a date can hold. */
const isTime = (value: unknown): boolean => isCount(value) && (value as number) <= 8.64e15;

/** Every field that the engine acts on is there and of its kind. */
export function isExitRecord(record: object): record is ExitRecord {
  const { startedAt, endedAt, ended, outcome } = record as Shape<ExitRecord>;
  return isTime(startedAt) && isTime(endedAt) && ENDINGS.some((each) => each === ended) && isObject(outcome) && isOutcome(outcome);
}

function isOutcome(outcome: Shape<AgentOutcome>): boolean {
  const { ok, reason, message, retryAt, session, usage, denied, text } = outcome;
  if (typeof ok !== 'boolean' || ![message, session, text].every(isText)) return false;
  if (reason !== undefined && !FAILURE_REASONS.some((each) => each === reason)) return false;
  return isFigure(retryAt) && Array.isArray(usage) && usage.every(isUsage) && Array.isArray(denied) && denied.every((each: unknown) => isObject(each) && 'tool' in each && 'why' in each && typeof each.tool === 'string' && typeof each.why === 'string');
}

function isUsage(usage: unknown): boolean {
  if (!isObject(usage)) return false;
  const { model, usd, inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage as Shape<Usage>;
  return isText(model) && isFigure(usd) && [inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens].every(isCount);
}
