import type { CallFailure, Survey, SurveyAnswer, SurveyQuery } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { idOf, startedJob } from './address.ts';
import { allFree, type Client } from './client.ts';
import { failed } from './failures.ts';
import { listJobs, pageOf } from './list-jobs.ts';
import { createdMs, isCreated, type JobReply } from './replies.ts';

/** How far the platform's clock may be from ours unnoticed. */
const skewMs = 120_000;

/**
 * Every job of the user that was started, by the key at the end of its title: each of our launches carries one, so that
 * nothing else of a job need be read. One that is `created` runs nothing, and is left out.
 */
export function createSurvey(client: Client): Survey {
  return {
    // Keys alone tell whose a job is: there is no place where it might be somebody's without one.
    placeOf: () => '',
    jobsOf: (query, signal) => jobsOf(client, query, signal),
  };
}

async function jobsOf(client: Client, query: SurveyQuery, signal: AbortSignal): Promise<SurveyAnswer> {
  const reading = allFree({ signal, readSlot: async () => true });
  const listing = await listJobs((path) => query.read(() => client.get(path, reading), passingFailure));
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  if (listing.kind !== 'list') return listing;
  const api = await client.api(reading);
  if ('rule' in api) return api;
  if (listing.isPart) {
    const reason = 'a member of the federation did not list its jobs';
    return { kind: 'cannotTell', rule: 'federation-missing', reason };
  }
  const sinceMs = (query.sinceMs ?? Number.NEGATIVE_INFINITY) - skewMs;
  const started = listing.rows.filter(
    (row) => !isCreated(row.status) && (createdMs(row) ?? Number.POSITIVE_INFINITY) >= sinceMs,
  );
  if (started.some((row) => idOf(row.id) !== row.id)) {
    return { kind: 'cannotTell', rule: 'id-unusable', reason: 'a job in the list has an id that fits in no path' };
  }
  const showsTitles = listing.rows.some((row) => row.title !== undefined);
  const known = await query.known(started.map(({ id = '' }) => id));
  for (const row of started) {
    const { id = '' } = row;
    if (known.has(id)) continue;
    query.onJob({
      job: startedJob(id, api, Date.now()),
      createdAtMs: createdMs(row),
      launchKeys: keysIn(row),
      places: showsTitles ? [] : undefined,
      fits: () => (showsTitles ? 'other' : 'unclear'),
    });
  }
  return { kind: 'surveyed' };
}

function keysIn({ title = '' }: JobReply): string[] {
  const key = /\[([a-z0-9]+)\]\s*$/.exec(title)?.[1];
  return key === undefined ? [] : [key];
}

/** What may be otherwise in a moment. A clear no stays one. */
function passingFailure(exchange: AuthorizedExchange): CallFailure | undefined {
  if (pageOf(exchange)) return undefined;
  const failure = failed(exchange);
  return failure.kind === 'rejected' ? undefined : failure;
}
