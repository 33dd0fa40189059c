export type { AirbusPlaygroundConfig } from './airbus-playground/config.ts';
export { failureTable as airbusPlaygroundFailures } from './airbus-playground/failures.ts';
export type { DeviceLogin, LoginPrompt } from './auth/device-login.ts';
export type { ReadSecret, SecretRef, SecretSource } from './auth/secrets.ts';
export { type HttpLimits, usualHttpLimits } from './http/http-client.ts';
export { logIn } from './log-in.ts';
export {
  type CreateOptions,
  createProvider,
  logsUnderJob,
  type ProviderKindName,
  parseProviderConfig,
  providerKinds,
  takesOf,
} from './provider-kinds.ts';
