// Prints vitest's result as one line, and each skipped test: `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.log('no test report was written\n0 passed, 1 failed');
  process.exit(1);
}
const report = JSON.parse(readFileSync(file, 'utf8'));
for (const suite of report.testResults) {
  for (const test of suite.assertionResults) {
    if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`);
  }
}
// A file that could not even be loaded has no tests to count, but it is a failure.
const broken = report.testResults.filter((s) => s.status === 'failed' && s.assertionResults.length === 0).length;
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + broken} failed`);
process.exit(report.success ? 0 : 1);
