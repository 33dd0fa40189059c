import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why no Python script with `requests` can be run here, printed too: reporters do not show it; undefined where one can. */
export async function noPython(): Promise<string | undefined> {
  try {
    await run('python3', ['-c', 'import requests'], { timeout: 30_000 });
    return undefined;
  } catch {
    const reason = 'python3 with its package "requests" is not installed here';
    process.stderr.write(`skipped: ${reason}\n`);
    return reason;
  }
}

/** Runs a script beside the test. @returns the JSON that it printed @throws with what it complained of */
export async function runPython(script: URL, args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  const { stdout } = await run('python3', [script.pathname, ...args], { timeout: 60_000, env });
  return JSON.parse(stdout);
}
