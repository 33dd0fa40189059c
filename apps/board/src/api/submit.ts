import { Readable } from 'node:stream';
import { audit, dropFile, findReceipt, isInboxHere, nameKind } from '@nightpass/engine';
import type { FastifyInstance } from 'fastify';
import { Refused } from '../pages/trouble.ts';
import { whoOf } from './actions.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { receiptAnswer, receiptQuery, submitQuery, submitted } from './schemas/submit.ts';

/** Batch files by upload: they are put into the inbox, and are from then on like any other file there. */

const types = ['application/json', 'application/geo+json', 'application/octet-stream', 'text/plain'];

export function submitRoutes(app: Api, parts: ApiParts): void {
  const { settings, ledger, log } = parts;
  const tags = ['act'];

  app.register(async (scope: FastifyInstance) => {
    // Straight to the disk: a file of half a gigabyte must not be held in memory.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(types, (_request, payload, done) => done(null, payload));
    (scope as unknown as Api).post(
      '/batches',
      {
        config: { role: 'operator' },
        bodyLimit: settings.maxFileBytes,
        schema: {
          tags,
          summary: 'Drop a batch file into the inbox',
          description:
            'The body is the file. It is checked when it is taken, as any other: the answer says where to ask for its receipt.',
          consumes: types,
          querystring: submitQuery,
          response: { 202: submitted },
        },
      },
      async (request, reply) => {
        const { provider } = request.query;
        if (provider !== undefined && !settings.providers.has(provider)) {
          throw new Refused(
            400,
            `query.provider: no provider ${provider}; configured: ${[...settings.providers.keys()].join(', ')}`,
          );
        }
        const name = inboxName(request.query.name, request.query.again === 'true');
        if (!(await isInboxHere(settings.inboxDir))) {
          throw new Refused(409, 'no producer has opened the inbox here: the board cannot reach it, or none runs yet');
        }
        const declared = Number(request.headers['content-length'] ?? 0);
        if (declared > settings.maxFileBytes) throw tooLarge(settings.maxFileBytes);
        const body = request.body instanceof Readable ? request.body : Readable.from([]);
        const { file } = await dropFile(
          settings.inboxDir,
          provider,
          name,
          limited(body, settings.maxFileBytes),
          'fresh',
        );
        await audit(ledger, { event: 'submitted', who: whoOf(request), role: request.who?.role ?? '', target: file });
        log.info({ file, who: whoOf(request) }, 'batch file uploaded');
        const receipt = `/api/v1/receipts?file=${encodeURIComponent(file)}`;
        return reply.status(202).header('location', receipt).send({ file, receipt });
      },
    );
  });

  app.get(
    '/receipts',
    {
      schema: {
        tags,
        summary: 'What became of a file that was uploaded',
        querystring: receiptQuery,
        response: { 200: receiptAnswer },
      },
    },
    async ({ query: { file } }) => {
      const [folder, name = folder] = file.split('/');
      const isOurs = file.split('/').length <= 2 && nameKind(name ?? '') === 'batch' && isPlain(name ?? '');
      const inFolder = name === folder || settings.providers.has(folder ?? '');
      if (!isOurs || !inFolder) throw new Refused(400, 'query.file: this is no file of the inbox');
      const receipt = await findReceipt(settings.inboxDir, file);
      return receipt
        ? { file, state: 'answered' as const, receipt: { ...receipt } }
        : { file, state: 'waiting' as const };
    },
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const isPlain = (name: string) => !/[/\\\u0000-\u001f\u007f]/.test(name) && Buffer.byteLength(name) <= 200;

function inboxName(given: string, again: boolean): string {
  const base = given.replace(/^[.~]+/, '');
  const whole = /\.json$/i.test(base) ? base : `${base}.json`;
  const name = again && !/\.again\.json$/i.test(whole) ? whole.replace(/\.json$/i, '.again.json') : whole;
  if (!isPlain(name) || nameKind(name) !== 'batch') {
    throw new Refused(400, 'query.name: the inbox takes no file of this name');
  }
  return name;
}

const tooLarge = (most: number) =>
  Object.assign(new Error(`a batch file may have ${Math.floor(most / 1024 / 1024)} MiB at most`), { statusCode: 413 });

async function* limited(body: Readable, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > most) throw tooLarge(most);
    yield chunk as Uint8Array;
  }
  if (bytes === 0) throw new Refused(400, 'body: the file is empty');
}
