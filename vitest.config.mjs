import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{core,engine,adapters,agents,webview,cli,lint,ui,demo}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One worker fewer than cores is the default: on two cores that is one file after the other, and half the machine waits.
    maxWorkers: '100%',
    allowOnly: false,
    passWithNoTests: false,
  },
});
