import type { Telemetry } from 'bullmq';

export type QueueTelemetry = Telemetry;

/** Traces what the queues do, by the global tracer. Jobs are kept as they are: no trace context is written into them. */
export async function createQueueTelemetry(): Promise<QueueTelemetry> {
  const [{ BullMQOtel }, { ROOT_CONTEXT }] = await Promise.all([import('bullmq-otel'), import('@opentelemetry/api')]);
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'nightpass' });
  return {
    tracer,
    contextManager: {
      with: (context, work) => contextManager.with(context, work),
      active: () => contextManager.active(),
      // BullMQ's endless loops would otherwise belong to the span that started them.
      root: () => ROOT_CONTEXT,
      // Redis keeps a job compactly only while its options are short.
      getMetadata: () => '',
      fromMetadata: (active) => active,
    },
  };
}
