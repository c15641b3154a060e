// Browser tests against a real editor: one file at a time, because each starts an editor of its own.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{e2e,dashboard}/**/*.test.{ts,tsx}'],
    root: '.',
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 300_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
