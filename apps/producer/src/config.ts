import { inboxFolders } from '@nightpass/engine';
import { providerKinds } from '@nightpass/providers';
import { type Config, ConfigError, type ConfigFault, readConfig } from '@nightpass/runtime';

/** @throws ConfigError naming every fault at once */
export async function readProducerConfig(env: NodeJS.ProcessEnv): Promise<Config> {
  const config = await readConfig(env, providerKinds);
  const ours: readonly string[] = Object.values(inboxFolders);
  const faults = Object.keys(config.providers)
    .filter((name) => ours.includes(name))
    .map(
      (name): ConfigFault => ({
        source: config.configPath,
        line: undefined,
        column: undefined,
        path: `providers.${name}`,
        message: `the inbox has a folder of that name for another purpose: call the provider something else`,
      }),
    );
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}
