import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from './logger.ts';
import { redactor } from './redaction.ts';
import type { Secrets } from './secrets.ts';
import { withTimeout } from './signals.ts';

/** Traces for a collector. Where none is named, none of OpenTelemetry is loaded. */
export interface Telemetry {
  /** Sends what is left. Never takes longer than two seconds, and never throws. */
  close(): Promise<void>;
}

const flushWithinMs = 2_000;

/**
 * Sends a span of every HTTP request, and whatever else is traced by the global tracer, to the collector that the
 * standard `OTEL_EXPORTER_OTLP_…` variables name: in batches, beside the work. What a collector that is away cannot take is
 * dropped. No trace context is passed on: platforms and jobs look the same with traces and without.
 */
export async function startTelemetry(
  part: 'producer' | 'worker',
  { secrets, log }: { secrets: Secrets; log: Logger },
): Promise<Telemetry> {
  const [sdk, { OTLPTraceExporter }, { UndiciInstrumentation }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/instrumentation-undici'),
    import('@opentelemetry/resources'),
  ]);
  const given = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new sdk.NodeTracerProvider({
    // Ours last: one environment serves all parts.
    resource: given.merge(resources.resourceFromAttributes({ 'service.name': `nightpass-${part}` })),
    spanProcessors: [new sdk.BatchSpanProcessor(cleanExporter(new OTLPTraceExporter(), redactor(secrets), log))],
  });
  provider.register({ propagator: null });
  const requests = new UndiciInstrumentation();
  return {
    async close() {
      requests.disable();
      await withTimeout(provider.shutdown(), flushWithinMs).catch((error: Error) => {
        log.debug({ error: error.message }, 'last traces not sent');
      });
    },
  };
}

/**
 * All that leaves. An address may hold a secret in its path (webhooks) as in its query, a result or an exception what the
 * platform answered; what a library adds tomorrow stays here too.
 */
const leaves: ReadonlySet<string> = new Set([
  'http.request.method',
  'http.response.status_code',
  'error.type',
  'server.address',
  'server.port',
  'url.scheme',
  'network.protocol.version',
  'bullmq.queue.name',
  'bullmq.queue.operation',
  'bullmq.job.id',
  'bullmq.job.name',
  'bullmq.job.attempts.made',
  'bullmq.job.bulk.count',
]);

function cleanExporter(exporter: SpanExporter, redact: (text: string) => string, log: Logger): SpanExporter {
  let arrives = true;
  return {
    export(spans, done) {
      exporter.export(
        spans.map((span) => cleanSpan(span, redact)),
        (result) => {
          const arrived = result.code === 0;
          if (arrives && !arrived) log.warn({ error: result.error?.message }, 'traces do not arrive');
          if (!arrives && arrived) log.info('traces arrive again');
          arrives = arrived;
          done(result);
        },
      );
    },
    shutdown: () => exporter.shutdown(),
  };
}

function cleanSpan(span: ReadableSpan, redact: (text: string) => string): ReadableSpan {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(span.attributes)) {
    if (leaves.has(name)) attributes[name] = typeof value === 'string' ? redact(value) : value;
  }
  // A span is an object of a class: what is not named here is looked up in it.
  return Object.create(span, {
    name: { value: redact(span.name) },
    attributes: { value: attributes },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan;
}
