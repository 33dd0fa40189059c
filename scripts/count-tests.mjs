// Prints what vitest's reports say: each skipped test, each failed one with what went wrong, and one line: `N passed, N failed`.
// Failures stand at the end, where a log that is cut off still shows them.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const messageLines = 12;

/** Tests that need something of the machine say in their own output what they lack. */
const whySkipped = (name) =>
  /^(airbus-playground|desp-insula|ogc-api-processes|openeo): /.test(name)
    ? 'this kind of platform has no such part; its contract.test.ts says which it has'
    : 'what it needs is not here, see above';

const firstLines = (message) =>
  stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => !/node_modules|node:internal/.test(line))
    .slice(0, messageLines)
    .map((line) => `    ${line}`)
    .join('\n');

let passed = 0;
const failures = [];
for (const file of process.argv.slice(2)) {
  if (!existsSync(file)) {
    failures.push(`no test report was written: ${file}`);
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  for (const suite of report.testResults) {
    const place = relative(process.cwd(), suite.name);
    for (const test of suite.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped')
        console.log(`skipped: ${test.fullName} (${whySkipped(test.fullName)})`);
      if (test.status === 'failed')
        failures.push(`${place}: ${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`);
    }
    // A file that could not be loaded, or whose hooks failed, has a message of its own.
    if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'))
      failures.push(`${place}\n${firstLines(suite.message)}`);
  }
}
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
