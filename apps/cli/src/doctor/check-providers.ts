import type { CallFailure } from '@nightpass/core';
import { createProvider } from '@nightpass/providers';
import type { ConfigFault } from '@nightpass/runtime';
import type { Installation } from '../installation.ts';
import { clockFinding } from './check-redis.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

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
  const adapter = createProvider(name, config.providers[name], secrets);
  try {
    const answer = await adapter.probe({ signal: AbortSignal.timeout(withinMs), readSlot: async () => true });
    return answer.kind === 'ok' ? ok(check, answer.detail) : failureFinding(check, name, answer);
  } finally {
    await adapter.close();
  }
}

function failureFinding(check: string, name: string, failure: CallFailure): Finding {
  const { kind, reason } = failure;
  switch (kind) {
    case 'notSent':
      return fail(check, `cannot be reached: ${reason}`, `check providers.${name}.baseUrl, the network and its proxy`);
    case 'unauthorized':
      return fail(check, `refuses the credentials: ${reason}`, `renew what providers.${name}.auth names`);
    case 'throttled':
    case 'quota':
      return warn(check, `answers, and asks for patience: ${reason}`, 'nothing to do: launches wait by themselves');
    case 'rejected':
      return fail(
        check,
        `refuses the request: ${reason}`,
        `check providers.${name}.baseUrl: is it that platform's API?`,
      );
    case 'ambiguous':
      return warn(
        check,
        `answers unclearly: ${reason}`,
        'try again in a while; see whether the platform has an outage',
      );
    default:
      return failure satisfies never;
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
