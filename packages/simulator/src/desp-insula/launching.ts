import { fingerprintOf } from '../fingerprint.ts';
import type { Reply } from '../platform.ts';
import type { Service } from './behaviour.ts';
import type { JobConfig } from './configs.ts';
import { errorReply } from './errors.ts';
import { isEnd } from './job-plan.ts';
import type { Job } from './jobs.ts';
import { jobReply, linker } from './replies.ts';
import { type Called, halReply, idOf, refused, serviceOf, type World } from './world.ts';

/** `POST /jobConfigs/{id}/launch`: one more job, each time. */
export function launch(called: Called): Reply {
  const { world, asked } = called;
  const config = world.configs.find(idOf(asked.params.configId));
  const service = config && serviceOf(world, config.serviceId);
  if (!config || !service) return refused(called, 404, 'Not found');
  const { concurrentJobs, hiddenLaunchPercent } = world.behaviour;
  if (concurrentJobs && activeJobs(world) >= concurrentJobs.limit) {
    return errorReply('text', 403, 'Processing or storage quota exceeded.');
  }
  const unfit = service.status === 'DISABLED' ? 'disabled' : missingInput(service, config) ? 'invalid' : undefined;
  if (unfit === 'disabled' || (unfit && world.quirks.refusedLaunch === '403')) return refusedLaunch(called);

  const quoted = unfit !== 'invalid' && isPaid(world) ? quotationOf(world) : null;
  const job = start(called, config, service, quoted);
  const effect = { jobId: String(job.id) };
  if (unfit === 'invalid') return { ...refusedLaunch(called), effect };
  if (world.random() * 100 < hiddenLaunchPercent) {
    return { ...refused(called, 500, 'Could not locate just-created job with ID 0'), effect };
  }
  return { ...launched(called, job), effect };
}

function refusedLaunch(called: Called): Reply {
  return called.world.quirks.refusedLaunch === '403'
    ? { status: 403 }
    : refused(called, 500, 'Service execution failed');
}

function missingInput(service: Service, config: JobConfig): boolean {
  return service.inputs.some(({ id, minOccurs }) => (config.inputs[id]?.length ?? 0) < minOccurs);
}

/** What cannot be paid for is launched all the same, and fails. */
function isPaid(world: World): boolean {
  const { wallet } = world.behaviour;
  if (!wallet) return true;
  if (wallet.costPerJob > wallet.balance - world.spent) return false;
  world.spent += wallet.costPerJob;
  return true;
}

/** Where a service has no price of its own, an hour has one. */
function quotationOf({ behaviour: { wallet, recurrence } }: World): NonNullable<Job['costQuotation']> {
  return { cost: wallet?.costPerJob ?? 1, recurrence: recurrence ?? (wallet ? 'ONE_OFF' : 'HOURLY') };
}

/** @param quoted null: it fails at once */
function start(called: Called, config: JobConfig, service: Service, quoted: Job['costQuotation']): Job {
  const { world } = called;
  const own =
    world.quirks.launchedConfig === 'new'
      ? world.configs.add({ ...config, inputs: { ...config.inputs, ...expanded } })
      : config;
  const job = addJob(called, own, null, quoted);
  const { parallelInput } = service;
  if (parallelInput === undefined || !quoted) return job;
  for (const value of config.inputs[parallelInput] ?? []) {
    const inputs = { ...config.inputs, [parallelInput]: [value] };
    addJob(called, world.configs.add({ ...config, inputs, parentId: job.id }), job.id, quoted);
  }
  return job;
}

/** What the newest servers add to the inputs before they look a config up. */
const expanded = { resolvedBySimulator: ['true'] };

function addJob(
  { world, asked }: Called,
  config: JobConfig,
  parentId: number | null,
  costQuotation: Job['costQuotation'],
): Job {
  const { behaviour, quirks, clock } = world;
  return world.jobs.add(
    {
      configId: config.id,
      serviceId: config.serviceId,
      owner: config.owner,
      parentId,
      correlationId: asked.correlationId,
      fingerprint: fingerprintOf([config.serviceId, config.inputs]),
      launchedAtMs: clock.elapsedMs(),
      createdMs: clock.wallMs(),
      costQuotation,
    },
    behaviour,
    quirks.queueWords,
    costQuotation === null,
  );
}

function launched({ world, asked }: Called, job: Job): Reply {
  const { launchForm, launchStatus, launchSelfLink } = world.quirks;
  const { _links, ...rest } = jobReply(world, asked, job, 'none') as { _links: Record<string, unknown> };
  const { self, ...others } = _links;
  const links = launchSelfLink ? { self: linker(world, asked).plain(`/jobs/${job.id}`), ...others } : others;
  const body = launchForm === 'content' ? { content: rest, _links: links } : { ...rest, _links: links };
  return halReply(body, launchStatus);
}

function activeJobs({ jobs, clock }: World): number {
  const nowMs = clock.elapsedMs();
  let count = 0;
  for (const job of jobs.all()) if (job.parentId === null && !isEnd(jobs.stateOf(job, nowMs).word)) count += 1;
  return count;
}
