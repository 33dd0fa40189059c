import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type PartName, type PartProcess, startPart } from '../parts/part-process.ts';

/** The producer and the workers, started again at once whenever they die. */
export interface ChaosParts {
  killPid(pid: number): void;
  /** @param draw from 0 to 1: which one */
  killOne(part: 'producer' | 'worker', draw: number): void;
  stop(): Promise<void>;
}

export function chaosParts(options: {
  dir: string;
  workers: number;
  env: NodeJS.ProcessEnv;
  output: 'inherit' | 'ignore';
}): ChaosParts {
  const running = new Map<string, { part: PartName; process: PartProcess }>();
  let stopping = false;

  function keep(name: string, part: PartName): void {
    const file = options.output === 'inherit' ? undefined : openSync(join(options.dir, `${name}.log`), 'a');
    const process = startPart({ part, args: [], env: options.env, output: file ?? 'inherit' });
    if (file !== undefined) closeSync(file);
    running.set(name, { part, process });
    void process.ended.then(() => {
      running.delete(name);
      if (!stopping) keep(name, part);
    });
  }

  keep('producer', 'producer');
  for (let n = 1; n <= options.workers; n++) keep(`worker-${n}`, 'worker');

  return {
    killPid(pid) {
      for (const { process } of running.values()) if (process.pid === pid) process.kill('SIGKILL');
    },
    killOne(part, draw) {
      const all = [...running.values()].filter((it) => it.part === part);
      all[Math.floor(draw * all.length)]?.process.kill('SIGKILL');
    },
    async stop() {
      stopping = true;
      const all = [...running.values()];
      for (const { process } of all) process.kill('SIGKILL');
      await Promise.all(all.map(({ process }) => process.ended));
    },
  };
}
