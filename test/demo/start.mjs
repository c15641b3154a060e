// `npm start`: a fresh demo repository in a real editor with the packaged extension installed. Stays until Ctrl+C.
import { loadTs } from '../support/loadTs.mjs';

const { startDemo } = await loadTs('test/demo/startDemo.ts');
process.exitCode = await startDemo();
