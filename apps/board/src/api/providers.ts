import { ledgerNow, readProviderStatus } from '@nightpass/engine';
import type { Api, ApiParts } from './api-parts.ts';
import { providers } from './schemas/providers.ts';

export function providerRoutes(app: Api, parts: ApiParts): void {
  const { ledger, settings } = parts;
  const schema = { tags: ['look'], summary: 'Providers: pace, budget, holds', response: { 200: providers } };
  app.get('/providers', { schema }, async () => {
    const nowMs = await ledgerNow(ledger);
    const items = await Promise.all(
      [...settings.providers].map(async ([name, { kind, limits }]) => {
        const its = ledger.keys.provider(name);
        const [status, launchSlot, readSlot, waiting] = await Promise.all([
          readProviderStatus(ledger, name, limits),
          ledger.redis.get(its.launchPace),
          ledger.redis.get(its.readPace),
          ledger.redis.zcard(its.due),
        ]);
        const nextSlotMs = Math.round(Number(launchSlot ?? 0));
        return {
          kind,
          ...status,
          pace: {
            perSecond: status.launchesPerSecond,
            learnedShare: status.bearableShare,
            effectivePerSecond: status.launchesPerSecond * status.bearableShare,
            ...(nextSlotMs > nowMs && { nextSlotMs }),
          },
          readBudget: {
            perSecond: status.readsPerSecond,
            spentMs: Math.max(0, Math.round(Number(readSlot ?? 0) - nowMs)),
          },
          behindMs: Math.round(status.behindMs),
          dueLagMs: Math.round(status.behindMs),
          waiting,
        };
      }),
    );
    return { nowMs, items };
  });
}
