// Preloaded into the headless command (`node -r`): notes every process that it starts, with its time, in $SPAWNED.
const childProcess = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { basename } = require('node:path');

const started = [];
const spawn = childProcess.spawn;
childProcess.spawn = function (file, args, ...rest) {
  const words = (args ?? []).map(String);
  // A git is named by its subcommand: the first word that is no setting, a Node by its program.
  const own = words.find((word, at) => !word.startsWith('-') && words[at - 1] !== '-c');
  const name = basename(file).replace(/\.exe$/, '');
  started.push({ at: Date.now(), name: name === 'git' || name === 'node' ? `${name} ${basename(own ?? '')}` : name, words: [rest[0]?.cwd ?? '', ...words] });
  return spawn.call(this, file, args, ...rest);
};
process.on('exit', () => writeFileSync(process.env.SPAWNED, JSON.stringify(started)));
