import { defineConfig } from 'vitest/config';

const report = process.env.NIGHTPASS_TEST_REPORT;

export default defineConfig({
  // Our packages are tested on their sources. `module` is for bundlers: what some libraries offer under it, Node cannot load.
  // Nothing else is told: what a library gives must stay the library's choice.
  resolve: { conditions: ['nightpass-source', 'node'] },
  ssr: {
    resolve: { conditions: ['nightpass-source', 'node'], externalConditions: ['nightpass-source', 'node'] },
  },
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts'],
    // Tests that start processes are slow on a busy machine; none waits by the clock for what it could await.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    // Files that run one after another share what they import: loading it anew for each took a third of the processor's time.
    isolate: false,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
  },
});
