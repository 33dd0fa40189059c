export type { AirbusPlaygroundConfig } from './airbus-playground/config.ts';
export { failureTable as airbusPlaygroundFailures } from './airbus-playground/failures.ts';
export type { ReadSecret, SecretRef } from './auth/secrets.ts';
export { type HttpLimits, usualHttpLimits } from './http/http-client.ts';
export {
  type CreateOptions,
  createProvider,
  type ProviderKindName,
  parseProviderConfig,
  providerKinds,
} from './provider-kinds.ts';
