// Prints vitest's results as one line, and each skipped test: `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs';

/** Tests that need something of the machine say in their own output what they lack. */
const whySkipped = (name) =>
  /^(airbus-playground|desp-insula|ogc-api-processes|openeo): /.test(name)
    ? 'this kind of platform has no such part; its contract.test.ts says which it has'
    : 'what it needs is not here, see above';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  if (!existsSync(file)) {
    console.log(`no test report was written: ${file}`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped')
        console.log(`skipped: ${test.fullName} (${whySkipped(test.fullName)})`);
    }
  }
  // A file that could not even be loaded has no tests to count, but it is a failure.
  failed += report.testResults.filter((s) => s.status === 'failed' && s.assertionResults.length === 0).length;
  failed += report.numFailedTests;
  passed += report.numPassedTests;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
