/**
 * What the dashboard (and the sidebar's plan view) and the host say to each other. One full `Snapshot` with a revision
 * number, coalesced; the agents' activity is a separate sequenced stream. The webview holds no other state than
 * selection, viewport and filters. Calls travel over birpc; every argument is validated by the host.
 */
export type * from './protocol/billView.js';
export type * from './protocol/taskView.js';
export type * from './protocol/runView.js';
export type * from './protocol/calls.js';
