import { silentLog } from '@nightpass/core';
import { createQueues, readProviderStatus } from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import { afterEach, expect, test } from 'vitest';
// The sweep's own steps are nobody's business outside the engine, but for this.
import { findOrphans, recordOrphans } from '../../../packages/engine/src/orphans.ts';
import { createBatchCache } from '../../../packages/engine/src/provider-run.ts';
import { type Night, startNight } from './test-night.ts';

let night: Night;
afterEach(() => night.stop());

test('a remote job that carries a key of ours and is followed by no task is listed; all others are not', async () => {
  night = await startNight({ provider: { launchNameToken: true } });
  const id = await night.openBatch({ processes: 1, zones: 5 });
  night.startWorker();
  await night.untilEnded(id);

  // Somebody else's job, and one of a launch that was given up: the claim of one task is taken away.
  const [first] = night.platform.jobs();
  const { claims } = night.ledger.keys.provider('airbus');
  await night.ledger.redis.hdel(claims, first?.id ?? '');
  await fetch(`${night.platform.url}/api/v1/processes/00000000-0000-4000-8000-000000000000/jobs`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-token', 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Place 0 - by hand [abcdefghij]',
      imageId: 'image-0',
      datasetId: 'dataset',
      projectId: 'project',
      geom: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      },
    }),
  });
  expect(night.platform.jobs()).toHaveLength(6);

  const config = parseProviderConfig('airbus', {
    kind: 'airbus-playground',
    baseUrl: night.platform.url,
    auth: { kind: 'bearer', tokenEnv: 'T' },
    launchNameToken: true,
  });
  const adapter = createProvider('airbus', config, () => 'test-token');
  const queues = createQueues(night.ledger.keys, 'airbus', night.redis.client(), silentLog);
  const run = {
    name: 'airbus',
    ledger: night.ledger,
    adapter,
    limits: night.limits,
    queues,
    batches: createBatchCache(night.ledger),
    log: silentLog,
    random: () => 0.5,
  };
  const orphans = await findOrphans(run, new AbortController().signal);
  expect(orphans).toEqual([{ remoteJobId: first?.id, task: first?.taskId, attempt: 1 }]);

  await recordOrphans(run, orphans ?? []);
  const status = await readProviderStatus(night.ledger, 'airbus', night.limits);
  expect(status.orphans).toEqual([{ remoteJobId: first?.id, launch: `${first?.taskId}.1` }]);
  await adapter.close();
  await Promise.all([queues.launch.close(), queues.track.close()]);
});
