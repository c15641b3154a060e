export { startModelServer, type ModelServer } from './server.js';
export { planAndWork, type Round } from './planAndWork.js';
export { TOKENS, type Brain, type ModelRequest, type Step } from './types.js';
