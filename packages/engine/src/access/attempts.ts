import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import { accessKeys } from './access-keys.ts';

/** Attempts to sign in, limited by name and by address, on all boards together. Those that succeed are not counted. */

const attemptScript = defineScript('attempt', { keys: [], args: ['windowMs'], reply: z.number() });

const windowMs = 15 * 60_000;
const mostByName = 10;
const mostByAddress = 30;

export interface Attempt {
  name: string;
  address: string;
}

/** To be called before the password is looked at. @returns ms to wait; 0: go on */
export async function countAttempt(ledger: LedgerContext, attempt: Attempt): Promise<number> {
  const keys = keysOf(ledger, attempt);
  return attemptScript(ledger.redis, {}, { windowMs }, { keys, args: [mostByName, mostByAddress] });
}

/** The password was right. */
export async function forgiveAttempt(ledger: LedgerContext, attempt: Attempt): Promise<void> {
  const [byName = '', byAddress = ''] = keysOf(ledger, attempt);
  await ledger.redis.multi().del(byName).decr(byAddress).pexpire(byAddress, windowMs).exec();
}

function keysOf(ledger: LedgerContext, { name, address }: Attempt): string[] {
  const { attempts } = accessKeys(ledger);
  const digest = createHash('sha256').update(name.toLowerCase()).digest('base64url').slice(0, 22);
  return [attempts(`name:${digest}`), attempts(`from:${networkOf(address)}`)];
}

/** Of IPv6, whoever has an address has its whole /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const groups = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const missing = plain.includes('::') ? 8 - groups.length - after.length : 0;
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...after].slice(0, 4).join(':');
}
