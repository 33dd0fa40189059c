export * from './batch.ts';
export * from './lifecycle.ts';
export * from './look-pace.ts';
export * from './phase.ts';
export * from './provider.ts';
export * from './provider-config.ts';
export * from './task.ts';
