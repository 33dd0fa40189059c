import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * Passwords as they are kept: `scrypt:<N>:<r>:<p>:<salt>:<hash>`, the last two in base64url. No `$`, which shells and
 * compose files would take for a variable.
 */

const cost = { N: 2 ** 15, r: 8, p: 3 };
const hashBytes = 32;
const pattern = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([\w-]{16,}):([\w-]{20,})$/;
/** Of a hash that somebody made elsewhere. */
const mostMemoryBytes = 256 * 1024 * 1024;

export const isPasswordHash = (text: string) => parse(text) !== undefined;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, hashBytes, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join(':');
}

/** Takes as long for a user who is not there (`undefined`) as for one who is. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const { salt, hash, ...its } = (kept && parse(kept)) || nobody;
  const given = await inTurn(() => derive(password, salt, hash.length, its));
  return timingSafeEqual(given, hash) && kept !== undefined;
}

const nobody = { ...cost, salt: randomBytes(16), hash: randomBytes(hashBytes) };

/** One at a time: each takes tens of megabytes. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

function parse(text: string) {
  const [, N, r, p, salt = '', hash = ''] = pattern.exec(text.trim()) ?? [];
  const its = { N: Number(N), r: Number(r), p: Number(p) };
  const isPowerOfTwo = its.N > 1 && Number.isInteger(Math.log2(its.N));
  if (!isPowerOfTwo || its.r < 1 || its.p < 1 || memoryOf(its) > mostMemoryBytes) return undefined;
  return { ...its, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
}

const memoryOf = ({ N, r, p }: { N: number; r: number; p: number }) => 128 * r * (N + p + 2);

function derive(
  password: string,
  salt: Buffer,
  bytes: number,
  its: { N: number; r: number; p: number },
): Promise<Buffer> {
  const options: ScryptOptions = { N: its.N, r: its.r, p: its.p, maxmem: memoryOf(its) + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
