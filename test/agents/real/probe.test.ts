import { test, expect } from 'vitest';
import { openDesk } from './desk.js';
import { execa } from 'execa';
import { planAndWork } from '../../support/modelServer/index.js';
test('opencode', async () => {
  const d = await openDesk('opencode', planAndWork({tasks:[]}, () => [
    [[{text:'I edit.'},{read:{path:'notes.txt'}}],[{edit:{path:'notes.txt',find:'two',replace:'three'}}],[{run:'cat notes.txt'}],[{text:'Done one.'}]],
    [[{write:{path:'src/new.txt',text:'new\n'}}],[{text:'Done two.'}]]]));
  let t=Date.now(); await d.status(); console.log('status', Date.now()-t); t=Date.now();
  const a = await d.run({prompt:'First task'});
  console.log(a.code, Date.now()-t); t=Date.now();
  const b = await d.run({prompt:'Feedback: do more', resume: a.outcome.session!});
  console.log(b.code, Date.now()-t);
  console.log(d.server.requests.map(r=>[r.round,r.step,r.model]).join(' | '));
  console.log((await execa('find',[d.repo+'/../home','-maxdepth','5','-not','-path','*/snapshot/*'])).stdout);
  await d.close(); expect(1).toBe(1);
});
