/**
 * What the engine needs from the world. Adapters implement these; tests replace them only for faults that reality
 * will not produce on demand. Every path is absolute unless it says "repository path" (relative to the root, `/`).
 */
export type * from './ports/gitFacts.js';
export type * from './ports/git.js';
export type * from './ports/strays.js';
export type * from './ports/forecast.js';
export type * from './ports/agents.js';
export type * from './ports/attempts.js';
export type * from './ports/isolation.js';
export type * from './ports/gates.js';
export type * from './ports/resolvers.js';
export type * from './ports/pullRequests.js';
export type * from './ports/system.js';
export type * from './ports/logs.js';
