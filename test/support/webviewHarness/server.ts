/** Builds the page as it ships and serves it on loopback under the editor's content security policy. */
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../../..');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
const NONCE = 'c3dpdGNoeWFyZA';
const POLICY = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src 'self'; font-src 'self'; img-src 'self'`;

export interface WebviewServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Where the built page is. */
  readonly folder: string;
  close(): Promise<void>;
}

async function bundle(folder: string): Promise<void> {
  await build({
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    outdir: folder,
    entryPoints: { main: join(ROOT, 'webview/main.tsx') },
    minify: true,
    jsx: 'automatic',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  await build({ bundle: true, platform: 'browser', format: 'iife', target: 'es2022', outdir: folder, entryPoints: { harness: join(HERE, 'page.ts') }, logLevel: 'error' });
}

const html = (face: string): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Switchyard</title>
<link rel="stylesheet" href="/defaults.css">
<link rel="stylesheet" href="/main.css">
</head>
<body>
<div id="root" data-face="${face}"></div>
<script nonce="${NONCE}" src="/harness.js"></script>
<script nonce="${NONCE}" src="/main.js"></script>
</body>
</html>`;

/** `/?fixture=nine&theme=dark&face=dashboard` is the page. */
export async function startWebviewServer(): Promise<WebviewServer> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-webview-'));
  await bundle(folder);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/') {
      const face = url.searchParams.get('face') === 'sidebar' ? 'sidebar' : 'dashboard';
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }).end(html(face));
      return;
    }
    const name = url.pathname.slice(1);
    if (name === 'favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    readFile(name === 'defaults.css' ? join(HERE, name) : join(folder, name.replace(/[^\w.-]/g, ''))).then(
      (content) => response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
