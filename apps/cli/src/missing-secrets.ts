import { ConfigError, type ConfigFault, type SecretRef } from '@nightpass/runtime';
import type { Installation } from './installation.ts';

/** Secrets that the config names, and that are not there. Nothing of their content is told, or kept. */

export function missingSecrets({ config, secrets }: Installation): ConfigFault[] {
  const named = [
    ...Object.entries(config.providers).map(([name, { auth }]) => ({ path: `providers.${name}.auth`, keys: auth })),
    { path: 'board', keys: config.board },
  ];
  return named.flatMap(({ path, keys }) =>
    Object.entries(keys).flatMap(([key, value]): ConfigFault[] => {
      const ref = refOf(key, value);
      if (!ref) return [];
      try {
        secrets(ref);
        return [];
      } catch (error) {
        const { message } = error as Error;
        return [{ source: config.configPath, line: undefined, column: undefined, path: `${path}.${key}`, message }];
      }
    }),
  );
}

/** @throws ConfigError naming all of them */
export function requireSecrets(installation: Installation): void {
  const faults = missingSecrets(installation);
  if (faults.length > 0) throw new ConfigError(faults);
}

function refOf(key: string, value: unknown): SecretRef | undefined {
  if (typeof value !== 'string') return undefined;
  if (key.endsWith('Env')) return { env: value };
  return key.endsWith('File') ? { file: value } : undefined;
}
