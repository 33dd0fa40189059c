import { defineConfig, mergeConfig } from 'vitest/config';
import usual from './vitest.config.ts';

/** The tests that need a browser: `npm run test:browser`. */
export default mergeConfig(
  { ...usual, test: { ...usual.test, include: [] } },
  defineConfig({
    test: {
      include: ['apps/console/test/**/*.test.ts'],
      globalSetup: ['apps/console/test/require-chromium.ts'],
      // Each paints; side by side they would only wait for each other.
      maxWorkers: 1,
      fileParallelism: false,
    },
  }),
);
