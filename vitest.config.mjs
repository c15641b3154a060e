import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{core,engine,adapters,agents,webview,cli,lint,ui,demo}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    allowOnly: false,
    passWithNoTests: false,
  },
});
