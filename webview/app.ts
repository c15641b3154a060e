/** The one connected app of this page, and hooks to read it. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { Answer, RunView, TaskView } from '../src/shared/protocol.js';
import { byFrame } from './frames.js';
import { connect } from './host.js';
import { createApp, type AppState, type Intent } from './store.js';

const connection = connect();
export const app = createApp(connection.host, connection.memory);
connection.serve(byFrame(app.calls, (act) => void requestAnimationFrame(act)));
// Where the inspector would cover the plan, the plan comes first.
if (connection.memory.load() === undefined && room() !== 'wide') app.set({ open: false });

/** This page is the sidebar's plan view. */
export function inSidebar(): boolean {
  return document.body.classList.contains('is-sidebar');
}

/** Reads a part of the state; the selected value must keep its identity while it is unchanged. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(app.store, select);
}

/** The run that is shown; renders again only when it is another object. */
export function useRun(): RunView | undefined {
  return useApp((state) => state.snapshot?.run);
}

/** A task of the shown run, by id; `undefined` when it is not in it. */
export function useTask(id: string | undefined): TaskView | undefined {
  return useApp((state) => state.snapshot?.run?.tasks.find((task) => task.id === id));
}

/** The intent is being carried out; while a person is still asked about it, it is not. */
export function useWorking(key: string): boolean {
  return useApp((state) => state.working.includes(key));
}

/** Sends without waiting: the answer shows in the state (`working`, `refusal`). */
export function send(key: string, intent: Intent): void {
  void app.perform(key, intent);
}

export type Loaded<T> = { readonly state: 'loading' } | ({ readonly state: 'answered' } & Answer<T>);

/** Loads once per key; the answer of an older key is never shown for a newer one. */
export function useAnswer<T>(key: string, load: () => Promise<Answer<T>>): Loaded<T> {
  const [held, setHeld] = useState<{ readonly key: string; readonly answer: Answer<T> }>();
  useEffect(() => {
    let wanted = true;
    load()
      .catch((error: unknown): Answer<T> => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }))
      .then((answer) => {
        if (wanted) setHeld({ key, answer });
      })
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
    // `load` is a new closure on every render; the key says when its answer would differ.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return held?.key === key ? { state: 'answered', ...held.answer } : { state: 'loading' };
}

export type Room = 'narrow' | 'medium' | 'wide';

function room(): Room {
  if (window.innerWidth < 560) return 'narrow';
  return window.innerWidth < 860 ? 'medium' : 'wide';
}

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

/** How much width there is: narrow shows the compact graph, medium one thing at a time, wide both. */
export function useRoom(): Room {
  return useSyncExternalStore(onResize, room);
}
