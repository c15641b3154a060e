/** Puts a command into a container: the repository's dev container, or a named image, by podman or docker. */
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { ContainerChoice, IsolatedCommand, IsolationRequest, OpenCommand } from '../../core/ports.js';
import { findExecutable } from '../agents/detect.js';
import { writeWhole } from '../disk.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from '../environment.js';
import { askEngine, ENGINE_ENVIRONMENT, isPodman } from './containers.js';
import { devcontainerConfig, devcontainerExec, devcontainerProblem, devcontainerUp, type DevcontainerConfig } from './devcontainer.js';
import { dockerImage, dockerInfo, dockerRun } from './docker.js';
import { mountsOf } from './mounts.js';
import { podmanImage, podmanRun, type Person } from './podman.js';
import type { Environment } from './places.js';

const ASKED = 'A container was asked for, and';
const SAFE = 'Nothing was started. Or set the isolation of the tier to "worktree" in the team file.';
const CONFIG = 'devcontainer.json';

/** Of the common variables those that mean the same inside; paths of this machine's tools do not. */
const INSIDE: readonly string[] = ['TZ', 'LANG', 'LANGUAGE', 'LC_*', 'TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];

interface Engine {
  readonly file: string;
  readonly person: Person | undefined;
  /** The container's root is this person. */
  readonly rootless: boolean;
}

type Found = Engine | { readonly problem: string };

export interface Containers {
  problem(choice: ContainerChoice | undefined): Promise<string | undefined>;
  wrap(command: OpenCommand, request: IsolationRequest): Promise<IsolatedCommand>;
  /** The id of the image that commands run in; `undefined` for a dev container, whose image is made later. */
  imageId(choice: ContainerChoice | undefined): Promise<string | undefined>;
}

/**
 * Finds the engine (podman before docker) and makes commands that run inside a container. `environment` is ours; the container
 * gets only what is named.
 */
export function createContainers(environment: Environment, platform: NodeJS.Platform): Containers {
  const engineEnvironment = pickEnvironment(environment, [...COMMON_ENVIRONMENT, ...ENGINE_ENVIRONMENT]);
  const ask = (file: string, args: readonly string[]) => askEngine(file, args, engineEnvironment);

  const findEngine = async (wanted: ContainerChoice['engine']): Promise<Found> => {
    const names = wanted === undefined ? (['podman', 'docker'] as const) : [wanted];
    const person = typeof process.getuid === 'function' && typeof process.getgid === 'function' ? { uid: process.getuid(), gid: process.getgid() } : undefined;
    let silent: string | undefined;
    for (const name of names) {
      const file = await findExecutable(name, environment, platform);
      if (file === undefined) continue;
      if (name === 'podman') return { file, person, rootless: person !== undefined && person.uid !== 0 };
      const info = await ask(file, dockerInfo);
      if (!info.failed) return { file, person, rootless: info.out.includes('rootless') };
      silent = info.lastLine;
    }
    if (silent !== undefined) return { problem: `${ASKED} docker does not answer: ${silent}. Start it, then retry. ${SAFE}` };
    return { problem: `${ASKED} ${names.length === 1 ? `${names[0] ?? ''} was not found` : 'neither podman nor docker was found'} on PATH. Install one (apt install podman, brew install podman), then retry. ${SAFE}` };
  };

  let known: { readonly key: string; readonly engine: Promise<Found> } | undefined;
  /** What was missing is looked for again: somebody may have installed or started it. */
  const engineFor = async (choice: ContainerChoice | undefined): Promise<Found> => {
    const key = choice?.engine ?? '';
    if (known?.key !== key) known = { key, engine: findEngine(choice?.engine) };
    const found = await known.engine;
    if ('problem' in found) known = undefined;
    return found;
  };

  const imageOf = (engine: Engine, image: string) => ask(engine.file, isPodman(engine.file) ? podmanImage(image) : dockerImage(image));

  const readConfig = (choice: ContainerChoice | undefined): DevcontainerConfig | { readonly problem: string } => {
    if (choice?.devcontainer === undefined) return { problem: `${ASKED} the repository has no .devcontainer/devcontainer.json at the run's base and the team file names no container.image. Name one, then start the run again. ${SAFE}` };
    const config = parse(choice.devcontainer.text, [], { allowTrailingComma: true }) as unknown;
    const problem = devcontainerProblem(config);
    return problem === undefined ? (config as DevcontainerConfig) : { problem: `${ASKED} ${choice.devcontainer.path} cannot be used: ${problem}. Name an image in the team file (container.image) instead. ${SAFE}` };
  };

  const problem = async (choice: ContainerChoice | undefined): Promise<string | undefined> => {
    const engine = await engineFor(choice);
    if ('problem' in engine) return engine.problem;
    if (choice?.image !== undefined) {
      const image = await imageOf(engine, choice.image);
      return image.failed ? `${ASKED} the image ${choice.image} is not here. Get it (${engine.file} pull ${choice.image}), then retry. ${SAFE}` : undefined;
    }
    const config = readConfig(choice);
    if (typeof config['problem'] === 'string') return config['problem'];
    const cli = await findExecutable('devcontainer', environment, platform);
    return cli === undefined ? `${ASKED} the Dev Containers CLI was not found on PATH. Install it (npm install -g @devcontainers/cli) or name an image in the team file (container.image), then retry. ${SAFE}` : undefined;
  };

  return {
    problem,
    imageId: async (choice) => {
      const engine = await engineFor(choice);
      if ('problem' in engine || choice?.image === undefined) return undefined;
      const said = await imageOf(engine, choice.image);
      return said.failed ? undefined : said.out;
    },
    wrap: async (command, request) => {
      const choice = request.container;
      const refused = await problem(choice);
      const engine = await engineFor(choice);
      if (refused !== undefined || 'problem' in engine) throw new Error(refused ?? ASKED);
      const { nonce, file, args, stdin = false } = command;
      const mounts = await mountsOf(request, command.reads ?? [], environment);
      const run = { nonce, mounts, network: request.network, variables: [...new Set([...(command.fixed ?? []), ...variablesInside(command.variables, environment)])] };
      const shared = { setEnv: {}, passEnv: ENGINE_ENVIRONMENT, container: { engine: engine.file, nonce } };
      if (choice?.image !== undefined) {
        const whole = { ...run, image: choice.image, stdin, file, args };
        return { ...shared, file: engine.file, args: isPodman(engine.file) ? podmanRun(whole, engine.person) : dockerRun(whole, engine.person, engine.rootless) };
      }
      const cli = await findExecutable('devcontainer', environment, platform);
      const config = join(request.folder, CONFIG);
      await writeWhole(config, JSON.stringify(devcontainerConfig(readConfig(choice), run, engine.rootless && isPodman(engine.file))));
      const at = { file: cli ?? 'devcontainer', engine: engine.file, worktree: mounts.worktree, nonce, config };
      return { ...shared, ...devcontainerExec(at, mounts.cwd, command), before: [devcontainerUp(at)] };
    },
  };
}

/** The variables of this machine that are inherited inside. */
export function variablesInside(names: readonly string[], environment: Environment): readonly string[] {
  return Object.keys(pickEnvironment(environment, names.filter((name) => !COMMON_ENVIRONMENT.includes(name) || INSIDE.includes(name))));
}
