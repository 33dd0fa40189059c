import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processBirth } from './process-birth.ts';

interface Owners {
  owner: { pid: number; birth: string | undefined };
  server: { pid: number; birth: string | undefined };
}

/** Notes whose server this is, so that a later run can end it if its owner is killed. */
export function noteOwner(dir: string, serverPid: number): void {
  const owners: Owners = {
    owner: { pid: process.pid, birth: processBirth(process.pid) },
    server: { pid: serverPid, birth: processBirth(serverPid) },
  };
  writeFileSync(join(dir, 'owner.json'), JSON.stringify(owners));
}

/** Ends the servers, and removes the folders, of owners that are no more: a killed test run cleans up nothing. */
export function removeAbandoned(parent: string, prefix: string): void {
  for (const name of readdirSync(parent).filter((name) => name.startsWith(prefix))) {
    const dir = join(parent, name);
    try {
      const { owner, server } = JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as Owners;
      if (processBirth(owner.pid) === owner.birth) continue;
      if (server.birth !== undefined && processBirth(server.pid) === server.birth) process.kill(server.pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    } catch {
      // Without a note it is just being made, or just being removed.
    }
  }
}
