// Lets plain Node 20 run our TypeScript test tools: bundles one file (packages stay imports) and imports the result.
import { build } from 'esbuild';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Imports a TypeScript module, given by its path from the repository's root. */
export async function loadTs(path) {
  const outfile = await bundleTs(path, join(root, 'node_modules', '.cache', 'switchyard', `${basename(path, '.ts')}-${process.pid}.mjs`));
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}

/** Bundles a TypeScript module into one file and gives its path. */
export async function bundleTs(path, outfile, options = {}) {
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
    ...options,
  });
  return outfile;
}
