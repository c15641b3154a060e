/**
 * The sandbox of Linux: bubblewrap (`bwrap(1)`, tried with 0.8). The whole file system is there and read-only; what is
 * named is writable. No capability is left, or a root user could mount it writable again.
 */

export interface Places {
  /** Exist, and may be written. */
  readonly writable: readonly string[];
  /** Exist inside of those, and may not. */
  readonly readOnly: readonly string[];
  /** An own empty /tmp; not where one of the places lies in there. */
  readonly ownTmp: boolean;
  readonly network: boolean;
}

const twice = (option: string, paths: readonly string[]): readonly string[] => paths.flatMap((path) => [option, path, path]);

/** The words before the command's own. Order counts: later mounts cover earlier ones. */
export function bubblewrapArgs(places: Places, cwd: string): readonly string[] {
  return [
    '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc',
    ...(places.ownTmp ? ['--tmpfs', '/tmp'] : []),
    ...twice('--bind', places.writable),
    ...twice('--ro-bind', places.readOnly),
    '--unshare-pid', '--unshare-ipc', '--die-with-parent', '--cap-drop', 'ALL',
    ...(places.network ? [] : ['--unshare-net']),
    '--chdir', cwd, '--',
  ];
}
