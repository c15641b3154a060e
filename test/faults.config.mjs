// Crashes, faults at the ports, real kills and long random stories: in `npm test`, and apart from the quick tests.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    root: '.',
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 120_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
