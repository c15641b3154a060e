// `npm run demo`: the whole story headless in this terminal, from the goal to the bill. `-- --keep` keeps the repository.
import { loadTs } from '../support/loadTs.mjs';

const { playDemo } = await loadTs('test/demo/playDemo.ts');
process.exitCode = await playDemo({ keep: process.argv.includes('--keep'), built: process.argv.includes('--built') });
