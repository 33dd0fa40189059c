import { hostname, userInfo } from 'node:os';

/** Who works here, as it stands in the audit log: e.g. `anna@night-1`. */
export function personHere(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container, often a number that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
