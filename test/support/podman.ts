/**
 * A podman of the tests' own: its programs from this machine or from its distribution, its storage, configuration and one
 * image in a temporary folder. The image is made of programs of this machine, because no registry is asked for anything.
 */
import { copyFile, mkdir, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { findExecutable } from '../../src/adapters/agents/detect.js';
import { unpackFromDistribution } from './distribution.js';

export interface TestPodman {
  /** To put over an environment: the programs are on its `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  readonly image: string;
  podman(...args: readonly string[]): Promise<string>;
  /** Removes its containers and its storage. */
  end(): Promise<void>;
}

const IMAGE = 'localhost/switchyard-test:1';
/** What an image needs for an agent in Node, its git and its shell, and for the Dev Containers CLI. */
const PROGRAMS = ['sh', 'node', 'git', 'cat', 'mkdir', 'touch', 'sleep', 'ls', 'rm', 'env', 'id', 'uname', 'chmod', 'date', 'dirname', 'mv', 'cp', 'grep', 'sed', 'printenv', 'tr', 'ln', 'stat', 'setsid'];

/** Ways to run podman as root or not, on machines with new, old or no control groups. `vfs` copies the image each time, and always works. */
const WAYS = ['overlay', 'vfs'].flatMap((driver) => [
  { driver, runtime: 'runc', more: '' },
  { driver, runtime: 'crun', more: '' },
  { driver, runtime: 'crun', more: 'cgroups="disabled"' },
]);

/** The running podman, or why there is none. */
export async function startPodman(folder: string, environment: Readonly<Record<string, string>>): Promise<TestPodman | string> {
  if (process.platform !== 'linux') return 'only tried on Linux';
  const found = await programs(environment);
  if (found === undefined) return 'podman is not on PATH, and the distribution’s packages cannot be had';
  const conf = join(folder, 'containers.conf');
  const home = join(folder, 'home');
  await mkdir(join(home, '.config/containers'), { recursive: true });
  await writeFile(join(home, '.config/containers/policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  const own = { ...found, HOME: home, CONTAINERS_CONF: conf, CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf') };
  const env = { ...environment, ...own };
  const run = (...args: readonly string[]) => execa('podman', args, { env, extendEnv: false, stdin: 'ignore' });
  // What ends a container is started by conmon, with an environment of its own.
  const helpers = Object.entries(env).filter(([name]) => name === 'PATH' || name === 'LD_LIBRARY_PATH').map(([name, value]) => `"${name}=${value}"`).join(',');
  const root = join(folder, 'image');
  await makeRoot(root, environment);
  let why = '';
  for (const { driver, runtime, more } of WAYS) {
    const [file, conmon] = await Promise.all([findExecutable(runtime, env), findExecutable('conmon', env)]);
    if (file === undefined || conmon === undefined) continue;
    await writeFile(join(folder, 'storage.conf'), `[storage]\ndriver="${driver}"\ngraphroot="${join(folder, driver)}"\nrunroot="${join(folder, 'run')}"\n`);
    // The host's network: the model server of the tests listens on loopback.
    await writeFile(conf, `[containers]\ndefault_ulimits=["nofile=1024:1024","nproc=1024:1024"]\nnetns="host"\n${more}\n[engine]\ncgroup_manager="cgroupfs"\nevents_logger="file"\nconmon_path=["${conmon}"]\nconmon_env_vars=[${helpers}]\nruntime="${runtime}"\n[engine.runtimes]\n${runtime}=["${file}"]\n`);
    try {
      await execa('sh', ['-c', 'tar -C "$1" -c . | podman import - "$2"', 'sh', root, IMAGE], { env, extendEnv: false, stdin: 'ignore' });
      await run('run', '--rm', '--pull=never', '--cap-drop=all', '--entrypoint=node', IMAGE, '--version');
      await rm(root, { recursive: true });
      return { env: own, image: IMAGE, podman: async (...args) => (await run(...args)).stdout, end: () => end(run) };
    } catch (error) {
      why = String(error).trim().split('\n').at(-1) ?? '';
    }
  }
  return `podman cannot run a container here: ${why === '' ? 'neither runc nor crun was found' : why}`;
}

async function end(run: (...args: readonly string[]) => Promise<unknown>): Promise<void> {
  await run('rm', '--all', '--force', '--time', '0');
  await run('rmi', '--all', '--force');
}

async function programs(environment: Readonly<Record<string, string>>): Promise<Record<string, string> | undefined> {
  if ((await findExecutable('podman', environment)) !== undefined) return {};
  const unpacked = await unpackFromDistribution('podman', 'runc');
  if (unpacked === undefined) return undefined;
  return { PATH: `${unpacked.bin}:${environment['PATH'] ?? ''}`, LD_LIBRARY_PATH: unpacked.libraries };
}

async function makeRoot(root: string, environment: Readonly<Record<string, string>>): Promise<void> {
  for (const path of ['usr/bin', 'tmp', 'etc', 'proc', 'sys', 'dev', 'root']) await mkdir(join(root, path), { recursive: true });
  for (const name of PROGRAMS) {
    const found = name === 'node' ? process.execPath : await findExecutable(name, environment);
    if (found === undefined) continue;
    const file = await realpath(found);
    await copyFile(file, join(root, 'usr/bin', name));
    const { stdout } = await execa('ldd', [file], { reject: false });
    for (const [library] of stdout.matchAll(/\/\S+/g)) {
      const to = join(root, library);
      if (await stat(to).then(() => true, () => false)) continue;
      await mkdir(dirname(to), { recursive: true });
      await copyFile(await realpath(library), to);
    }
  }
  if ((await readlink(join(root, 'bin')).catch(() => '')) === '') await symlink('usr/bin', join(root, 'bin')).catch(() => undefined);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/os-release'), 'ID=tests\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
}
