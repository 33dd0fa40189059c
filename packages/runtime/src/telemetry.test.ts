import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { createSecrets } from './secrets.ts';
import { startTelemetry } from './telemetry.ts';

const servers: Server[] = [];

afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen() {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (incoming, answer) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    heard.push({ headers: incoming.headers, body });
    answer.setHeader('connection', 'close').end('{"note":"said-in-the-answer"}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('of a request its method, origin and status leave; no path, query, header, body or failure, and nothing is added to it', async () => {
  const collector = await listen();
  const platform = await listen();
  const secrets = createSecrets({ HOOK: 'a-known-secret-value' });
  secrets({ env: 'HOOK' });
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const telemetry = await startTelemetry('producer', {
    secrets,
    log: createLogger('producer', { level: 'silent', secrets }),
  });

  const span = trace.getTracer('test').startSpan('turn of a-known-secret-value');
  await context.with(trace.setSpan(context.active(), span), async () => {
    const answer = await request(`${platform.url}/services/in-the-path?key=in-the-query`, {
      method: 'POST',
      headers: { authorization: 'Bearer in-the-header', 'user-agent': 'in-the-agent' },
      body: 'in-the-body',
    });
    await answer.body.dump();
  });
  span.setAttribute('bullmq.job.name', 'job of a-known-secret-value');
  span.setAttribute('unheard.of', 'in-an-attribute');
  span.recordException(new Error('in-the-exception'));
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'in-the-status' });
  span.end();
  await telemetry.close();

  const sent = collector.heard.map(({ body }) => body).join('\n');
  expect(sent).toContain('"nightpass-producer"');
  expect(sent).toContain('"http.request.method"');
  expect(sent).toContain('"http.response.status_code"');
  expect(sent).toContain('job of [redacted]');
  expect(sent).toContain('turn of [redacted]');
  expect(sent).not.toMatch(/a-known-secret|in-the-|in-an-|said-in-the-answer/);
  expect(platform.heard).toHaveLength(1);
  expect(platform.heard[0]?.headers).not.toHaveProperty('traceparent');
  expect(platform.heard[0]?.headers).not.toHaveProperty('baggage');
});

test('an endpoint that is no address is told at the start', async () => {
  const read = (endpoint: string) =>
    readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, {}, { providers: 'optional', cwd: '/nowhere' });
  await expect(read('collector')).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT');
  expect((await read('')).tracesTo).toBeUndefined();
  expect((await read('http://127.0.0.1:4318')).tracesTo).toBe('http://127.0.0.1:4318');
});
