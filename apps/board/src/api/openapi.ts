import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** The description of the API, made of the schemas that check it, and a page to try it on. */

export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Nightpass',
        version: '1',
        description:
          'Everything that the console and the command do. Times are Unix milliseconds on the ledger’s clock; what is not known is left out; errors are problem+json (RFC 9457). Fields are only ever added.',
      },
      tags: [
        { name: 'look', description: 'Anybody who may look: viewer' },
        { name: 'act', description: 'Changes need the role operator' },
        { name: 'access', description: 'Signing in, and tokens' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'nightpass token create' },
          session: { type: 'apiKey', in: 'cookie', name: 'nightpass-session' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

/** Swagger UI sets styles as it goes; nothing of it comes from elsewhere, and nothing is written into its page. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export async function docsRoutes(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } as object }, async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .serializer((it: unknown) => JSON.stringify(it))
      .send(app.swagger()),
  );
  await app.register(async (docs) => {
    docs.addHook('onSend', async (_request, reply) => {
      void reply.header('content-security-policy', docsPolicy);
    });
    await docs.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true, validatorUrl: null, persistAuthorization: false },
      theme: { title: 'Nightpass API' },
    });
  });
}
