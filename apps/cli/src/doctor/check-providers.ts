import type { Provider } from '@nightpass/core';
import { createProvider } from '@nightpass/providers';
import type { ConfigFault } from '@nightpass/runtime';
import type { Installation } from '../installation.ts';
import { troubleOf } from '../platform-trouble.ts';
import { clockFinding } from './check-redis.ts';
import { type Finding, fail, ok } from './finding.ts';

const withinMs = 15_000;
/** The Date header counts whole seconds, and answers take a moment. */
const skewWarnMs = 30_000;

/** One harmless request to each provider. Those whose secrets are missing are not asked. */
export async function checkProviders(installation: Installation, missing: readonly ConfigFault[]): Promise<Finding[]> {
  const names = Object.keys(installation.config.providers);
  const asked = names.filter((name) => !missing.some(({ path }) => path.startsWith(`providers.${name}.`)));
  const found = await Promise.all(
    asked.map(async (name) => [await probe(installation, name), ...(await clock(installation, name))]),
  );
  return found.flat();
}

async function probe({ config, secrets }: Installation, name: string): Promise<Finding> {
  const check = `provider ${name}`;
  const entry = config.providers[name];
  if (!entry) return fail(check, 'is not configured');
  let adapter: Provider;
  try {
    adapter = createProvider(name, entry, secrets);
  } catch (error) {
    // A secret that is there and cannot be one; the message names its place, never what is in it.
    return fail(check, (error as Error).message, `mend what providers.${name}.auth names`);
  }
  try {
    const answer = await adapter.probe({ signal: AbortSignal.timeout(withinMs), readSlot: async () => true });
    if (answer.kind === 'ok') return ok(check, answer.detail);
    const { verdict, message, mend } = troubleOf(name, entry, answer);
    return { check, verdict, message, mend: [mend] };
  } finally {
    await adapter.close();
  }
}

/** By its Date header, asked without credentials. Nothing is said where it tells none. */
async function clock({ config }: Installation, name: string): Promise<Finding[]> {
  const url = config.providers[name]?.baseUrl;
  if (url === undefined) return [];
  try {
    const sentMs = Date.now();
    const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    const toldMs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(toldMs)) return [];
    return [clockFinding(`clock and ${name}`, toldMs + 500 - (sentMs + Date.now()) / 2, skewWarnMs)];
  } catch {
    return [];
  }
}
