import { it } from 'vitest';
import { checkPlan } from '/work/main/src/core/planCheck.js';
import { plan, task } from '/work/main/test/core/build.js';
for (const [n,g] of [[60,4],[200,4],[500,4]] as const)
it(`perf ${n} ${g}`, () => { const p = plan(...Array.from({length:n},(_,i)=>task(`t${i}`,{owns:Array.from({length:g},(_,j)=>`src/mod${i}/{a,b}/f${j}/**`)}))); const t=performance.now(); checkPlan(p); console.log(n,g,performance.now()-t); }, 200000);
