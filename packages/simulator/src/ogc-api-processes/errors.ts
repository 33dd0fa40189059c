import type { Reply } from '../platform.ts';
import { html, json, type World } from './world.ts';

const types = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0';

/** What went wrong, by the standard's names and some more that servers need. */
export type Trouble =
  | 'no-such-process'
  | 'no-such-job'
  | 'result-not-ready'
  | 'no-such-output'
  | 'invalid-query-parameter-value'
  | 'invalid-parameter-value'
  | 'other';

/** An error as the server words it: nobody agrees on that. */
export function errorReply(
  { behaviour }: Pick<World, 'behaviour'>,
  status: number,
  trouble: Trouble,
  detail: string,
): Reply {
  const word = inWords(trouble);
  switch (behaviour.errors) {
    case 'html':
      return html(status, `${status} ${detail}`);
    case 'zoo':
      return json(status, { title: word, type: `${types}/${trouble}`, detail });
    case 'bare-words':
      if (status === 405) return html(405, '405 Method Not Allowed');
      return json(status, { code: word, type: word, description: detail });
    case 'problem':
      return json(
        status,
        { type: trouble === 'other' ? 'about:blank' : `${types}/${trouble}`, title: word, status, detail },
        { 'content-type': 'application/problem+json' },
      );
    default:
      return behaviour.errors satisfies never;
  }
}

function inWords(trouble: Trouble): string {
  const words = trouble.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return words.join('');
}

/** Servers of bare words call a job they do not have an invalid parameter when it is looked at, and no such job elsewhere. */
export function noSuchJob(world: World, call: 'look' | 'other', status: 404 | 410 = 404): Reply {
  const trouble =
    world.behaviour.errors === 'bare-words' && call === 'look' ? 'invalid-parameter-value' : 'no-such-job';
  return errorReply(world, status, trouble, 'job not found');
}
