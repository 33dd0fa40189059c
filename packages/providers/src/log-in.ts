import { type DeviceLogin, type DeviceLoginOptions, deviceLogin } from './auth/device-login.ts';
import { type SecretSource, secretsOf } from './auth/secrets.ts';
import { parseProviderConfig } from './provider-kinds.ts';

/**
 * Logs a person in at one configured provider.
 * @throws naming every bad key of the config at once, or the secret that is missing
 */
export async function logIn(
  name: string,
  config: unknown,
  secrets: SecretSource,
  options: Omit<DeviceLoginOptions, 'readSecret'>,
): Promise<DeviceLogin> {
  const { auth } = parseProviderConfig(name, config);
  if (auth.kind !== 'oidc') return { kind: 'failed', reason: `its auth is ${auth.kind}: nobody has to log in` };
  return deviceLogin(auth, { ...options, readSecret: secretsOf(name, secrets) });
}
