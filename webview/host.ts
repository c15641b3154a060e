/** The only caller of `acquireVsCodeApi`: calls between page and editor over birpc, and the page's small memory. */
import { createBirpc } from 'birpc';
import type { HostCalls, WebviewCalls } from '../src/shared/protocol.js';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** Survives the page being hidden and built again (VS Code keeps it); holds view state only. */
export interface Memory {
  load(): unknown;
  save(state: unknown): void;
}

export interface Connection {
  readonly host: HostCalls;
  readonly memory: Memory;
  /** Names the page's own functions; call once, before `host.ready()`. */
  serve(calls: WebviewCalls): void;
}

/** An envelope of birpc; anything else on the window's message channel is not for us. */
function isEnvelope(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 't' in data && (data.t === 'q' || data.t === 's');
}

/** Connects to the editor. May be called once per page: the editor hands its API out once. */
export function connect(): Connection {
  const api = acquireVsCodeApi();
  const nothing: WebviewCalls = { snapshot: () => undefined, activityLines: () => undefined, select: () => undefined, compose: () => undefined, accepted: () => undefined, shown: () => undefined };
  const served: WebviewCalls = { ...nothing };
  const rpc = createBirpc<HostCalls, WebviewCalls>(
    {
      snapshot: (snapshot) => served.snapshot(snapshot),
      activityLines: (task, attempt, lines) => served.activityLines(task, attempt, lines),
      select: (task) => served.select(task),
      compose: (composing) => served.compose(composing),
      accepted: (ticket) => served.accepted(ticket),
      // What is left out arrives as null.
      shown: (task) => served.shown(task ?? undefined),
    },
    {
      post: (data) => api.postMessage(data),
      on: (receive) =>
        window.addEventListener('message', (event) => {
          if (isEnvelope(event.data)) receive(event.data);
        }),
      // A call may last as long as a person thinks in the editor's own input box.
      timeout: -1,
    },
  );
  return {
    host: {
      ready: () => rpc.ready(),
      wish: (wish, ticket) => rpc.wish(wish, ticket),
      action: (action) => rpc.action(action),
      looking: (task) => rpc.looking(task),
      activity: (task, attempt, afterSeq) => rpc.activity(task, attempt, afterSeq),
      diff: (task, path) => rpc.diff(task, path),
      gateOutput: (task, attempt) => rpc.gateOutput(task, attempt),
    },
    memory: { load: () => api.getState(), save: (state) => api.setState(state) },
    serve: (calls) => void Object.assign(served, calls),
  };
}
