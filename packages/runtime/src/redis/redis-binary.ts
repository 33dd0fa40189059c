import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, readdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { withFileLock } from './file-lock.ts';
import { type InstallStep, installPlan, type Machine } from './install-plan.ts';

/** A server program that speaks Redis, new enough for us. */
export interface RedisBinary {
  path: string;
  flavour: 'redis' | 'valkey';
  /** e.g. `7.0.15` */
  version: string;
}

export interface FindOptions {
  /** Folders to search, as in PATH. */
  searchPath?: string | undefined;
}

/** BullMQ recommends it, and warns below. */
export const oldestRedis = [6, 2] as const;

const usualFolders = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin'];
const names = ['redis-server', 'valkey-server'] as const;

/** The first server program that is new enough, or undefined. */
export async function findRedisBinary(options: FindOptions = {}): Promise<RedisBinary | undefined> {
  return (await searchBinaries(options)).find((binary) => newEnough(binary.version));
}

/**
 * The server program; installed first, through the system's package manager, where that needs no question.
 * @param say gets one line for what a person should know of it: that something is installed, and that it was.
 * @throws with the three ways to a Redis where there is none and none can be had without asking.
 */
export async function ensureRedisBinary(
  options: FindOptions & { say?: ((line: string) => void) | undefined } = {},
): Promise<RedisBinary> {
  const found = await findRedisBinary(options);
  if (found) return found;
  // Tests and parts start together: one installs, the others wait and then find it.
  const lock = join(tmpdir(), `nightpass-install-redis-${userInfo().uid}.lock`);
  return withFileLock(lock, { waitMs: 10 * 60_000 }, async () => {
    const meanwhile = await findRedisBinary(options);
    return meanwhile ?? install(options);
  });
}

async function install(options: FindOptions & { say?: ((line: string) => void) | undefined }): Promise<RedisBinary> {
  const say = options.say ?? (() => {});
  const plan = installPlan(await lookAtMachine(options));
  if (!plan) throw new Error(await noRedis(options, ''));
  say(`No redis-server or valkey-server on this machine: installing one with ${plan.manager} (only this once).`);
  let output = '';
  for (const step of plan.steps) {
    const ran = await run(step);
    if (ran.failed && !step.mayFail) output += `$ ${step.command.join(' ')}\n${ran.output}\n`;
  }
  const installed = await findRedisBinary(options);
  if (!installed) throw new Error(await noRedis(options, output));
  say(`Installed ${installed.path} (${installed.flavour} ${installed.version}).`);
  return installed;
}

async function noRedis(options: FindOptions, output: string): Promise<string> {
  const old = (await searchBinaries(options)).map((b) => `${b.path} is ${b.version}`).join(', ');
  return [
    `Nightpass needs a Redis of ${oldestRedis.join('.')} or newer, and found none${old === '' ? '' : ` (${old})`}.`,
    ...(output === '' ? [] : ['Installing one failed:', output.trimEnd().slice(-2000)]),
    'Three ways to get one:',
    '  1. install redis-server or valkey with your package manager, e.g. `sudo apt install redis-server` or `brew install redis`',
    '  2. run one: `docker run -d -p 127.0.0.1:6379:6379 redis:7 --appendonly yes --appendfsync always --maxmemory-policy noeviction`,',
    '     and set REDIS_URL=redis://127.0.0.1:6379',
    '  3. set REDIS_URL to a Redis you already have',
  ].join('\n');
}

async function searchBinaries({ searchPath = '' }: FindOptions): Promise<RedisBinary[]> {
  const folders = new Set([...searchPath.split(delimiter).filter(isAbsolute), ...usualFolders]);
  const candidates = names.flatMap((name) => [...folders].map((folder) => ({ name, path: join(folder, name) })));
  const binaries: RedisBinary[] = [];
  for (const { name, path } of candidates) {
    if (!(await isExecutable(path))) continue;
    const { output } = await run({ command: [path, '--version'] });
    const version = /\bv=(\d+\.\d+\.\d+)/.exec(output)?.[1];
    // Distributions ship valkey under redis' name too: believe what it says of itself.
    if (version)
      binaries.push({
        path,
        version,
        flavour: /valkey/i.test(output) || name === 'valkey-server' ? 'valkey' : 'redis',
      });
  }
  return binaries;
}

/** Whether a version as in `6.2.14` is one we can work with. */
export function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestRedis[0] || (major === oldestRedis[0] && minor >= oldestRedis[1]);
}

async function lookAtMachine({ searchPath = '' }: FindOptions): Promise<Machine> {
  const folders = [...searchPath.split(delimiter).filter(isAbsolute), ...usualFolders, '/bin', '/sbin'];
  const which = async (name: string) => {
    for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name);
    return undefined;
  };
  const sudo = await which('sudo');
  const lists = await readdir('/var/lib/apt/lists').catch(() => []);
  return {
    aptGet: await which('apt-get'),
    brew: await which('brew'),
    isRoot: userInfo().uid === 0,
    sudo: sudo && !(await run({ command: [sudo, '-n', 'true'] })).failed ? sudo : undefined,
    systemctl: existsSync('/run/systemd/system') ? await which('systemctl') : undefined,
    hasAptLists: lists.some((file) => file.includes('_Packages')),
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function run({ command }: InstallStep): Promise<{ failed: boolean; output: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 5 * 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: `${stdout}${stderr}` });
    });
  });
}
