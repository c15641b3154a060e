/** Numbers and times in words. Pure; every figure keeps its width class (tabular figures in the style sheet). */
import { apiMarked } from '../src/core/text.js';
import type { Amount, BillLine } from '../src/shared/protocol.js';

const MINUTE = 60_000;

/** `1 file`, `2 files`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/** Money in USD: cents, but never a rounded-down nothing. */
export function usd(value: number): string {
  if (value > 0 && value < 0.005) return '<$0.01';
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** With its money as the bill prints it, where that is known. */
export type Printable = Amount & { readonly printed?: string };

/** `undefined` when no agent reported anything: then no figure is shown. */
export function money(amount: Printable, billed: boolean, apiEquivalent = false): string | undefined {
  if (!billed) return undefined;
  const known = apiMarked(amount.printed ?? usd(amount.usd), apiEquivalent);
  if (!amount.unknownUsd) return known;
  return amount.usd === 0 ? 'price unknown' : `${known} + unknown`;
}

/** The same where there is little room: `$0.31+?`. */
export function shortMoney(amount: Printable, billed: boolean, apiEquivalent = false): string | undefined {
  if (!billed) return undefined;
  const known = apiMarked(amount.printed ?? usd(amount.usd), apiEquivalent);
  if (!amount.unknownUsd) return known;
  return amount.usd === 0 ? '$ ?' : `${known}+?`;
}

/** Does a subscription cover some of these lines? Then their sum is marked. */
export function isEquivalent(lines: readonly Pick<BillLine, 'apiEquivalent'>[]): boolean {
  return lines.some((line) => line.apiEquivalent);
}

/** `950`, `4,210`, `38k`, `1.2M`. */
export function tokens(n: number): string {
  if (n < 10_000) return n.toLocaleString('en-US');
  if (n < 1_000_000) return `${Math.round(n / 1_000)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

/** A finished duration: `0.4 s`, `48 s`, `3 min 12 s`, `1 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** A running duration: `3:12`, `1:02:33`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `just now`, `14 min ago`, `3 h ago`, `2 days ago`. */
export function ago(then: number, now: number): string {
  const ms = Math.max(0, now - then);
  if (ms < MINUTE) return 'just now';
  if (ms < 60 * MINUTE) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < 24 * 60 * MINUTE) return `${Math.floor(ms / (60 * MINUTE))} h ago`;
  return `${count(Math.floor(ms / (24 * 60 * MINUTE)), 'day')} ago`;
}

/** `14:52` in the person's own time zone. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** Names what the agent runs as: `claude · opus`. A vendor's long model id is shortened only at its date. */
export function agentText(agent: string, model: string | undefined): string {
  if (model === undefined || model === '') return agent;
  return `${agent} · ${model.replace(/-20\d{6}$/, '')}`;
}
