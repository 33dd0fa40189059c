import type { BaseProviderConfig, Provider, Takes } from '@nightpass/core';
import { z } from 'zod';
import { airbusPlaygroundConfig } from './airbus-playground/config.ts';
import { createAirbusPlayground } from './airbus-playground/provider.ts';
import { type ReadSecret, type SecretSource, secretsOf } from './auth/secrets.ts';
import { despInsulaConfig } from './desp-insula/config.ts';
import { createDespInsula } from './desp-insula/provider.ts';
import type { HttpLimits } from './http/http-client.ts';
import { ogcApiProcessesConfig } from './ogc-api-processes/config.ts';
import { createOgcApiProcesses } from './ogc-api-processes/provider.ts';
import { openEoConfig } from './openeo/config.ts';
import { createOpenEo } from './openeo/provider.ts';

export interface CreateOptions {
  readSecret: ReadSecret;
  /** Time and size limits of its requests, where the usual ones do not do. */
  limits?: Partial<HttpLimits>;
}

/** A kind of platform: the keys of its config, and how to make one. */
export interface ProviderKind<C extends BaseProviderConfig> {
  configSchema: z.ZodType<C>;
  /** What a process of a batch file must bring for it. */
  takes: Takes;
  /** Under a job's own address, where it tells what it did; with the same credentials. */
  logsUnderJob?: string;
  create(config: C, options: CreateOptions): Provider;
}

/** Lets the registry hold kinds of different configs: the schema's output is what `create` gets, and nothing else. */
function kind<C extends BaseProviderConfig>(of: ProviderKind<C>) {
  return {
    configSchema: of.configSchema as z.ZodType<BaseProviderConfig>,
    takes: of.takes,
    logsUnderJob: of.logsUnderJob,
    create(name: string, config: unknown, options: CreateOptions): Provider {
      return of.create(checked(name, of.configSchema, config), options);
    },
  };
}

/** Every platform: a folder beside this file, and a line here. */
export const providerKinds = {
  'airbus-playground': kind({
    configSchema: airbusPlaygroundConfig,
    takes: 'images',
    create: createAirbusPlayground,
  }),
  'desp-insula': kind({
    configSchema: despInsulaConfig,
    takes: 'inputs',
    logsUnderJob: '/logs',
    create: createDespInsula,
  }),
  'ogc-api-processes': kind({
    configSchema: ogcApiProcessesConfig,
    takes: 'inputs',
    create: createOgcApiProcesses,
  }),
  openeo: kind({
    configSchema: openEoConfig,
    takes: 'inputs-or-graph',
    logsUnderJob: '/logs',
    create: createOpenEo,
  }),
};
export type ProviderKindName = keyof typeof providerKinds;

function checked<C>(name: string, schema: z.ZodType<C>, config: unknown): C {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new Error(`provider "${name}" is not configured right:\n${z.prettifyError(parsed.error)}`);
}

function kindNameOf(name: string, config: unknown): ProviderKindName {
  const said = typeof config === 'object' && config !== null && 'kind' in config ? config.kind : undefined;
  if (typeof said === 'string' && Object.hasOwn(providerKinds, said)) return said as ProviderKindName;
  const known = Object.keys(providerKinds).join(', ');
  throw new Error(`provider "${name}": kind must be one of ${known}, not ${JSON.stringify(said)}`);
}

/** What each configured provider takes, by its name, for the intake's check of batch files. */
export function takesOf(configs: Readonly<Record<string, { kind: string }>>): Record<string, Takes> {
  return Object.fromEntries(
    Object.entries(configs).map(([name, config]) => [name, providerKinds[kindNameOf(name, config)].takes]),
  );
}

/** Under a job's own address, where platforms of this kind tell what it did; undefined: nowhere. */
export const logsUnderJob = (kindName: string): string | undefined =>
  Object.hasOwn(providerKinds, kindName) ? providerKinds[kindName as ProviderKindName].logsUnderJob : undefined;

/** The config of one provider, checked whole, with the defaults of its kind. @throws naming every bad key at once. */
export function parseProviderConfig(name: string, config: unknown): BaseProviderConfig {
  return checked(name, providerKinds[kindNameOf(name, config)].configSchema, config);
}

/**
 * The adapter for one configured provider. It connects to nothing until it is used.
 * @throws naming every bad key at once, or the secret that is missing; never a secret's value.
 */
export function createProvider(
  name: string,
  config: unknown,
  secrets: SecretSource,
  limits: Partial<HttpLimits> = {},
): Provider {
  return providerKinds[kindNameOf(name, config)].create(name, config, {
    readSecret: secretsOf(name, secrets),
    limits,
  });
}
