/**
 * Which variables agents and gates may inherit. Everything else of the host's environment (tokens, editor internals,
 * `NODE_OPTIONS`, `ELECTRON_RUN_AS_NODE`, …) stays behind, because an agent runs code that nobody has read yet.
 */

/** Names common to every agent and gate; a trailing `*` matches the rest of a name. */
export const COMMON_ENVIRONMENT: readonly string[] = [
  // who and where
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TEMP', 'TMP', 'TZ', 'XDG_*',
  // language and terminal
  'LANG', 'LANGUAGE', 'LC_*', 'TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR',
  // git over ssh and signing need the person's agents; the paths themselves are no secrets
  'SSH_AUTH_SOCK', 'GPG_TTY', 'GNUPGHOME',
  // the way out of a company network
  'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO',
  // where tool chains live
  'NVM_DIR', 'NVM_BIN', 'VOLTA_HOME', 'FNM_*', 'ASDF_*', 'MISE_*', 'PYENV_ROOT', 'RBENV_ROOT', 'JAVA_HOME', 'GOPATH',
  'GOROOT', 'CARGO_HOME', 'RUSTUP_HOME', 'PNPM_HOME', 'HOMEBREW_PREFIX', 'NIX_PATH', 'NIX_PROFILES', 'LD_LIBRARY_PATH',
  // Windows cannot start most programs without these
  'SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'USERNAME', 'USERDOMAIN', 'HOMEDRIVE',
  'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'ProgramData', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432',
  'CommonProgramFiles', 'PROCESSOR_ARCHITECTURE', 'NUMBER_OF_PROCESSORS', 'OS', 'PSModulePath',
];

/** Never inherited, whatever a list says: it would turn every Electron program that an agent starts into Node. */
const NEVER = 'ELECTRON_RUN_AS_NODE';

/**
 * The part of `env` that `names` allow. A trailing `*` matches any rest, a lone `*` nothing (an allow-list that allows
 * everything is none). Names compare without case on Windows, as the system itself does.
 */
export function pickEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const fold = platform === 'win32' ? (name: string) => name.toUpperCase() : (name: string) => name;
  const exact = new Set(names.filter((name) => !name.endsWith('*')).map(fold));
  const prefixes = names.filter((name) => name.length > 1 && name.endsWith('*')).map((name) => fold(name.slice(0, -1)));
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const folded = fold(name);
    if (value === undefined || folded === NEVER) continue;
    if (exact.has(folded) || prefixes.some((prefix) => folded.startsWith(prefix))) picked[name] = value;
  }
  return picked;
}

/**
 * With `NODE_EXTRA_CA_CERTS` set, every start of Node reads and parses all certificates first (50 ms where 30 ms is
 * the whole start). Programs of ours that open no TLS connection are started without it; the value travels under this
 * name, so that what they start gets it back.
 */
export const CARRIED_CA = 'SWITCHYARD_NODE_EXTRA_CA_CERTS';

/** In a program that was started so: what its children should see. */
export function withCarriedCa(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const { [CARRIED_CA]: carried, ...rest } = env;
  return carried === undefined ? rest : { ...rest, NODE_EXTRA_CA_CERTS: carried };
}
