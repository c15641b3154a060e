/** The words for each engine, and what of a repository's dev container is left out. Pure: no engine is needed. */
import { describe, expect, test } from 'vitest';
import { containerOptions, type ContainerRun } from '../../src/adapters/isolation/containerRun.js';
import { devcontainerConfig, devcontainerExec, devcontainerProblem, devcontainerUp } from '../../src/adapters/isolation/devcontainer.js';
import { dockerImage, dockerList, dockerRemove, dockerRun } from '../../src/adapters/isolation/docker.js';
import { mountWords } from '../../src/adapters/isolation/mounts.js';
import { podmanList, podmanRemove, podmanRun } from '../../src/adapters/isolation/podman.js';
import { variablesInside } from '../../src/adapters/isolation/container.js';
import { bubblewrapArgs } from '../../src/adapters/isolation/bubblewrap.js';
import { seatbeltProfile } from '../../src/adapters/isolation/seatbelt.js';

const RUN: ContainerRun = {
  image: 'node:20',
  nonce: 'n1',
  mounts: {
    mounts: [
      { source: '/r/.git', target: '/r/.git', readOnly: true },
      { source: '/w/a', target: '/w/a', readOnly: false },
      { source: '/me/.claude', target: '/f/home/.claude', readOnly: false },
    ],
    cwd: '/w/a/sub',
    worktree: '/w/a',
    home: '/f/home',
    temporary: '/f/tmp',
  },
  variables: ['LANG', 'ANTHROPIC_API_KEY'],
  network: true,
  stdin: true,
  file: 'claude',
  args: ['-p', '--model', 'm'],
};
const ME = { uid: 1000, gid: 100 };
const OPTIONS = [
  '--pull=never', '--label=switchyard.nonce=n1', '--cap-drop=all', '--security-opt=no-new-privileges', '--security-opt=label=disable', '--log-driver=none', '--interactive',
  '--mount=type=bind,src=/r/.git,dst=/r/.git,readonly', '--mount=type=bind,src=/w/a,dst=/w/a', '--mount=type=bind,src=/me/.claude,dst=/f/home/.claude',
  '--env=LANG', '--env=ANTHROPIC_API_KEY', '--env=HOME=/f/home', '--env=TMPDIR=/f/tmp', '--workdir=/w/a/sub', '--entrypoint=claude', 'node:20', '-p', '--model', 'm',
];

describe('podman', () => {
  test('rootless keeps the person’s id, root is root', () => {
    expect(podmanRun(RUN, ME)).toEqual(['run', '--rm', '--userns=keep-id', '--user=1000:100', ...OPTIONS]);
    expect(podmanRun(RUN, { uid: 0, gid: 0 })).toEqual(['run', '--rm', '--user=0:0', ...OPTIONS]);
  });
  test('finds by label and removes by id', () => {
    expect(podmanList('n1').join(' ')).toBe('ps --all --quiet --no-trunc --filter label=switchyard.nonce=n1');
    expect(podmanRemove('abc').join(' ')).toBe('rm --force --time 0 abc');
  });
});

describe('docker', () => {
  test('runs as the person; in a rootless daemon the container’s root is the person', () => {
    expect(dockerRun(RUN, ME, false)).toEqual(['run', '--rm', '--init', '--user=1000:100', ...OPTIONS]);
    expect(dockerRun(RUN, ME, true)).toContain('--user=0:0');
    // Windows has no such ids.
    expect(dockerRun(RUN, undefined, false)).toEqual(['run', '--rm', '--init', ...OPTIONS]);
  });
  test('finds by label and removes by id', () => {
    expect(dockerList('n1').join(' ')).toBe('ps --all --quiet --no-trunc --filter label=switchyard.nonce=n1');
    expect(dockerRemove('abc').join(' ')).toBe('rm --force abc');
    expect(dockerImage('x:1').join(' ')).toBe('image inspect --format {{.Id}} x:1');
  });
});

describe('both', () => {
  test('values of variables never stand in the words, and network none is said', () => {
    expect(containerOptions({ ...RUN, network: false, stdin: false }).join(' ')).toContain('--log-driver=none --network=none --mount');
  });
  test('a mount is a line of CSV', () => {
    expect(mountWords(['src=/a,b', 'dst=/c "d"', 'readonly'])).toBe('"src=/a,b","dst=/c ""d""",readonly');
  });
  test('of the common variables only those that mean the same inside are inherited', () => {
    const environment = { PATH: '/bin', HOME: '/me', LC_ALL: 'C', SSH_AUTH_SOCK: '/s', MY_KEY: 'k', HTTPS_PROXY: 'p', XDG_RUNTIME_DIR: '/run' };
    expect(variablesInside(['PATH', 'HOME', 'LC_*', 'SSH_AUTH_SOCK', 'XDG_*', 'HTTPS_PROXY', 'MY_*', 'ABSENT'], environment)).toEqual(['LC_ALL', 'MY_KEY', 'HTTPS_PROXY']);
  });
});

describe('dev container', () => {
  const place = { file: '/bin/devcontainer', engine: '/bin/podman', worktree: '/w/a', nonce: 'n1', config: '/f/devcontainer.json' };
  const shared = ['--docker-path', '/bin/podman', '--workspace-folder', '/w/a', '--override-config', '/f/devcontainer.json', '--id-label', 'switchyard.nonce=n1', '--mount-workspace-git-root', 'false'];
  test('up and exec', () => {
    expect(devcontainerUp(place)).toEqual({ file: '/bin/devcontainer', args: ['up', ...shared, '--no-lockfile'] });
    expect(devcontainerExec(place, '/w/a', { file: 'claude', args: ['-p'] })).toEqual({ file: '/bin/devcontainer', args: ['exec', ...shared, 'claude', '-p'] });
    expect(devcontainerExec(place, '/w/a/sub', { file: 'npm', args: ['i'] }).args.slice(-7)).toEqual(['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', '/w/a/sub', 'npm', 'i']);
  });

  test('what would run out here, reach out of it or clash with another one is left out; values of variables are looked up late', () => {
    const theirs = { image: 'x', initializeCommand: 'evil', mounts: ['m'], runArgs: ['--privileged'], privileged: true, capAdd: ['SYS_ADMIN'], appPort: 1, postCreateCommand: 'npm ci', remoteUser: 'node', remoteEnv: { OWN: '1' } };
    const config = devcontainerConfig(theirs, { ...RUN, network: false }, true);
    expect(config).toEqual({
      image: 'x',
      postCreateCommand: 'npm ci',
      remoteUser: 'node',
      workspaceMount: 'type=bind,source=/w/a,target=/w/a',
      workspaceFolder: '/w/a',
      overrideCommand: true,
      runArgs: ['--pull=never', '--security-opt=label=disable', '--log-driver=none', '--userns=keep-id', '--network=none', '--mount=type=bind,src=/r/.git,dst=/r/.git,readonly', '--mount=type=bind,src=/me/.claude,dst=/f/home/.claude'],
      remoteEnv: { OWN: '1', LANG: '${localEnv:LANG}', ANTHROPIC_API_KEY: '${localEnv:ANTHROPIC_API_KEY}', HOME: '/f/home', TMPDIR: '/f/tmp' },
    });
    expect(devcontainerConfig({ image: 'x' }, RUN, true)['runArgs']).not.toContain('--userns=keep-id');
  });

  test.each<[unknown, string | undefined]>([
    [{ image: 'x' }, undefined],
    [{ build: { dockerfile: 'D' } }, undefined],
    [{ dockerComposeFile: 'c.yml' }, 'it is made by Docker Compose, whose services are more than one container'],
    [{ name: 'n' }, 'it names neither an image nor a Dockerfile'],
    [[], 'it is no JSON object'],
  ])('%j', (config, problem) => expect(devcontainerProblem(config)).toBe(problem));
});

describe('sandboxes', () => {
  const places = { writable: ['/w'], readOnly: ['/w/.git'], ownTmp: true, network: false };
  test('bubblewrap', () => {
    expect(bubblewrapArgs(places, '/w').join(' ')).toMatch(/^--ro-bind \/ \/ .*--tmpfs \/tmp --bind \/w \/w --ro-bind \/w\/.git \/w\/.git .*--cap-drop ALL --unshare-net --chdir \/w --$/);
  });
  test('sandbox-exec: writes are refused but in the named places, and in them once more where they are fixed; the last rule wins', () => {
    expect(seatbeltProfile({ ...places, writable: ['/a "b"', '/c'] }).split('\n')).toEqual([
      '(version 1)',
      '(allow default)',
      '(deny file-write*)',
      '(allow file-write* (subpath "/a \\"b\\"") (subpath "/c") (regex #"^/dev/(null|zero|tty|dtracehelper|fd/)") (literal "/dev/stdout") (literal "/dev/stderr"))',
      '(deny file-write* (subpath "/w/.git"))',
      '(deny network*)',
    ]);
    expect(seatbeltProfile({ writable: ['/w'], readOnly: [], ownTmp: false, network: true })).not.toMatch(/network|deny file-write\* \(/);
  });
});
