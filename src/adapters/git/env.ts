/**
 * The environment git runs in: an allow-list, so that neither `GIT_DIR` and its relatives (set inside a hook or a
 * `git rebase --exec`) nor the editor's own variables (`ELECTRON_RUN_AS_NODE`) reach git or a person's hooks.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

const ALLOWED: readonly string[] = [
  // Where programs, homes and temporary files are.
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TMP', 'TEMP',
  'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR',
  // Words and times as the person has them; reads override LC_ALL.
  'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TERM',
  // Signing and hooks that need an agent.
  'SSH_AUTH_SOCK', 'GPG_TTY', 'GNUPGHOME', 'DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS',
  // Which configuration is the person's, and who they are.
  'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM',
  'GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'EMAIL',
  // Tool managers that hooks commonly go through.
  'NVM_DIR', 'VOLTA_HOME', 'ASDF_DIR', 'ASDF_DATA_DIR', 'MISE_DATA_DIR', 'PNPM_HOME', 'JAVA_HOME', 'GOPATH', 'CARGO_HOME', 'RUSTUP_HOME',
  // Windows cannot start programs without these.
  'SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH',
  'APPDATA', 'LOCALAPPDATA', 'ProgramData', 'ProgramFiles', 'ProgramFiles(x86)', 'USERNAME', 'USERDOMAIN', 'COMPUTERNAME',
];

/** A path where no file can be; git says nothing about one that is not there. */
const NO_FILE = process.platform === 'win32' ? 'NUL\\none' : '/dev/null/none';

/** What git and the person's hooks may inherit; `pass` adds names. */
export function personEnvironment(from: Environment, pass: readonly string[] = []): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of [...ALLOWED, ...pass]) {
    const value = from[name];
    if (value !== undefined) env[name] = value;
  }
  // No question may wait in a terminal that nobody sees. Replaced objects would let a ref decide what a commit contains.
  env['GIT_TERMINAL_PROMPT'] = '0';
  env['GIT_NO_REPLACE_OBJECTS'] = '1';
  // Grafts, which nobody has made since replaced objects came, would let a file say what a commit has been merged with.
  env['GIT_GRAFT_FILE'] = NO_FILE;
  env['GIT_EDITOR'] = 'true';
  return env;
}

/** For reading: stable words, and no lock that a person's own command could trip over. */
export function readEnvironment(person: Readonly<Record<string, string>>): Record<string, string> {
  return { ...person, LC_ALL: 'C', LANGUAGE: 'C', GIT_OPTIONAL_LOCKS: '0' };
}
