import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { accessRoutes } from './access.ts';
import { actionRoutes } from './actions.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { batchTimeRoutes } from './batch-times.ts';
import { batchRoutes } from './batches.ts';
import { eventRoute } from './events.ts';
import { footprintsRoute } from './footprints.ts';
import { gridRoute } from './grid.ts';
import { describeApi, docsRoutes } from './openapi.ts';
import { overviewRoutes } from './overview.ts';
import { problemHandler, sendProblem } from './problem.ts';
import { providerRoutes } from './providers.ts';
import { reportRoute } from './report.ts';
import { resultRoutes } from './results.ts';
import { submitRoutes } from './submit.ts';
import { taskDetailRoute } from './task-detail.ts';
import { taskSearchRoute } from './tasks.ts';
import { timesRoute } from './times.ts';
import { zoneRoutes } from './zones.ts';

/** `/api/v1`: everything that people see and do here, for programs. Its description: `/api/v1/openapi.json`. */
export async function apiRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  await app.register(
    async (scope) => {
      scope.setValidatorCompiler(validatorCompiler);
      scope.setSerializerCompiler(serializerCompiler);
      // JSON only: what a form of another site could send is not even read.
      scope.removeContentTypeParser('text/plain');
      scope.setErrorHandler(problemHandler(parts));
      scope.setNotFoundHandler((_request, reply) =>
        sendProblem(reply, { status: 404, title: 'Not found', detail: 'See /api/v1/openapi.json for what there is.' }),
      );
      scope.addHook('onRequest', async (_request, reply) => {
        void reply.header('cache-control', 'no-store');
      });
      await describeApi(scope);
      const api = scope.withTypeProvider() as unknown as Api;
      overviewRoutes(api, parts);
      providerRoutes(api, parts);
      batchRoutes(api, parts);
      batchTimeRoutes(api, parts);
      gridRoute(api, parts);
      timesRoute(api, parts);
      footprintsRoute(api, parts);
      zoneRoutes(api, parts);
      reportRoute(api, parts);
      resultRoutes(api, parts);
      taskSearchRoute(api, parts);
      taskDetailRoute(api, parts);
      actionRoutes(api, parts);
      submitRoutes(api, parts);
      eventRoute(api, parts);
      accessRoutes(api, parts);
      await docsRoutes(scope);
    },
    { prefix: '/api/v1' },
  );
}
