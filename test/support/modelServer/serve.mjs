// Runs the model server alone: `node test/support/modelServer/serve.mjs [port] [story.json]`. See main.ts.
import { loadTs } from '../loadTs.mjs';

await loadTs('test/support/modelServer/main.ts');
