import { isRecord } from '../fingerprint.ts';
import type { Asked } from '../platform.ts';
import type { Service } from './behaviour.ts';
import type { JobConfig } from './configs.ts';
import { hasStarted, isEnd, type JobState } from './job-plan.ts';
import type { Job } from './jobs.ts';
import { apiPath, ownerIdOf, serviceOf, type World } from './world.ts';

/** Shapes are those of recorded answers of hosted servers, and of the open sources of the others. */

export type Projection = 'none' | 'shortJob' | 'detailedJob';
type Links = Record<string, { href: string; templated?: true }>;

const stages: Record<JobState['phase'], string | null> = {
  CREATED: null,
  DATA_FETCH: 'Step 1 of 3: Data-Fetch',
  PROCESSING: 'Step 2 of 3: Processing',
  OUTPUT_LIST: 'Step 3 of 3: Output-List',
};

/** Links of one answer: their host, and whether they are templates. */
export function linker({ quirks }: World, asked: Pick<Asked, 'ownOrigin'>) {
  const origin = quirks.linkHost === 'own' ? asked.ownOrigin : quirks.linkHost;
  const plain = (path: string) => ({ href: `${origin}${apiPath}${path}` });
  return {
    plain,
    /** The template's part comes after the entity, even where more of the path follows. */
    template: (entity: string, rest = ''): { href: string; templated?: true } =>
      quirks.templatedLinks
        ? { ...plain(`${entity}{?projection}${rest}`), templated: true }
        : plain(`${entity}${rest}`),
  };
}

export function ownerReply(world: World, asked: Pick<Asked, 'ownOrigin'>, name: string): object {
  const id = ownerIdOf(name);
  return { id, name, role: 'USER', _links: { self: linker(world, asked).template(`/users/${id}`) } };
}

export function configReply(world: World, asked: Pick<Asked, 'ownOrigin'>, config: JobConfig): object {
  const link = linker(world, asked);
  const path = `/jobConfigs/${config.id}`;
  const service = serviceOf(world, config.serviceId);
  return {
    id: config.id,
    inputs: config.inputs,
    label: config.label,
    systematicParameter: config.systematicParameter,
    _embedded: {
      owner: ownerReply(world, asked, config.owner),
      service: service && serviceReply(world, asked, service, 'short'),
    },
    _links: {
      self: link.plain(path),
      jobConfig: link.template(path),
      owner: link.template(path, '/owner'),
      service: link.template(path, '/service'),
      parent: link.template(path, '/parent'),
    },
  };
}

export function serviceReply(
  world: World,
  asked: Pick<Asked, 'ownOrigin'>,
  service: Service,
  form: 'short' | 'whole',
): object {
  const type = service.parallelInput === undefined ? 'PROCESSOR' : 'PARALLEL_PROCESSOR';
  const { id, name, status } = service;
  const short = { id, name, type, status, licence: 'OPEN', dockerTag: `simulated/${id}` };
  if (form === 'short') return { ...short, _links: { self: linker(world, asked).template(`/services/${id}`) } };
  // One that was not declared takes whatever it is given, and describes no inputs.
  const dataInputs =
    world.behaviour.services &&
    service.inputs.map((input) => ({
      id: input.id,
      title: input.id,
      minOccurs: input.minOccurs,
      maxOccurs: input.maxOccurs,
      data: 'LITERAL',
      defaultAttrs: { dataType: input.dataType },
    }));
  const dataOutputs = service.outputs.map((output) => ({ id: output, title: output, data: 'COMPLEX' }));
  return {
    ...short,
    description: 'simulated',
    serviceDescriptor: { id: name, title: name, dataInputs, dataOutputs, parallelInputsKey: service.parallelInput },
    _links: { self: linker(world, asked).template(`/services/${id}`) },
  };
}

export function jobReply(world: World, asked: Pick<Asked, 'ownOrigin'>, job: Job, projection: Projection): object {
  const { quirks } = world;
  const state = world.jobs.stateOf(job, world.clock.elapsedMs());
  const config = world.configs.find(job.configId);
  const withLabel = projection === 'shortJob' && quirks.shortJobLabel;
  return {
    id: job.id,
    extId: job.extId,
    status: state.word,
    ...(quirks.modernFields && {
      phase: state.phase,
      created: new Date(job.createdMs).toISOString(),
      lastUpdated: new Date(job.createdMs).toISOString(),
      serviceId: job.serviceId,
    }),
    stage: state.word === 'RUNNING' ? stages[state.phase] : null,
    startTime: localTime(world, state.startMs),
    endTime: localTime(world, state.endMs),
    queuePosition: state.word === 'PENDING' ? 4 : -1,
    parent: job.children.length > 0,
    guiUrl: null,
    workerId: null,
    // Only where nothing is projected: neither lists nor detailedJob have it.
    ...(projection === 'none' && { costQuotation: job.costQuotation }),
    outputs: state.word === 'COMPLETED' ? outputUris(world, job) : null,
    serviceName: serviceOf(world, job.serviceId)?.name,
    ...(withLabel && { label: config?.label ?? null }),
    ...(projection !== 'none' && { owner: ownerReply(world, asked, job.owner) }),
    ...(projection === 'detailedJob' && { ...detailsOf(world, config), outputFiles: [] }),
    _links: jobLinks(world, asked, job, state),
  };
}

function detailsOf(world: World, config: JobConfig | undefined): object {
  if (!world.quirks.echoConfig || !config) return {};
  const { id, inputs, label, systematicParameter } = config;
  return { config: { id, inputs, label, systematicParameter } };
}

function jobLinks(world: World, asked: Pick<Asked, 'ownOrigin'>, job: Job, state: JobState): Links {
  const link = linker(world, asked);
  const path = `/jobs/${job.id}`;
  return {
    self: link.plain(path),
    job: link.template(path),
    logs: link.plain(`${path}/logs`),
    config: link.plain(`${path}/config`),
    parentJob: link.template(path, '/parentJob'),
    subJobs: link.template(path, '/subJobs'),
    ...(!hasStarted(state.word) && { cancel: link.plain(`${path}/cancel`) }),
    ...(hasStarted(state.word) && !isEnd(state.word) && { terminate: link.plain(`${path}/terminate`) }),
  };
}

export function outputUris(world: World, job: Job): Record<string, string[]> {
  const outputs = serviceOf(world, job.serviceId)?.outputs ?? [];
  return Object.fromEntries(outputs.map((id) => [id, [`eopaas://outputProduct/${job.extId}/${id}/${id}.tif`]]));
}

/** A date and a time, and no zone. */
function localTime(world: World, elapsedMs: number | undefined): string | null {
  if (elapsedMs === undefined) return null;
  const unixMs = world.clock.wallMs() - world.clock.elapsedMs() + elapsedMs;
  return new Date(unixMs).toISOString().slice(0, -1);
}

/** `{"_embedded": {rel: […]}}`; nothing at all where there is nothing. */
export function embedded(rel: string, items: readonly unknown[]): object {
  return items.length === 0 ? {} : { _embedded: { [rel]: items } };
}

export function projectionOf(asked: string | undefined, otherwise: Projection): Projection {
  return asked === 'detailedJob' || asked === 'shortJob' ? asked : otherwise;
}

/** The inputs of a config, if they are what the servers take: lists of strings. */
export function inputsOf(value: unknown): Record<string, string[]> | undefined {
  if (!isRecord(value)) return undefined;
  const isList = (one: unknown) => Array.isArray(one) && one.every((item) => typeof item === 'string');
  return Object.values(value).every(isList) ? (value as Record<string, string[]>) : undefined;
}
