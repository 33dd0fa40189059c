import type { FindRequest, LaunchAnswer, Provider } from '@nightpass/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { type RawServer, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';
import {
  type Call,
  calls,
  goodReply,
  type Reply,
  type SpoilName,
  spoils,
  wickedIds,
  wickedLinks,
  wire,
} from './test-spoilt-replies.ts';

/** The adapter against a platform that answers anything: two thousand spoilt answers, over real HTTP. */

const replies = 2_100;
const lanes = 4;
const key = 'planted/key+with"quotes';
const token = 'planted.token/and+more~';
const limit = 100_000;
const remoteJob = { id: 'j-1', address: '/api/v1/processes/p-1/jobs/j-1?projectId=prj-1' };

let elsewhere: RawServer;
let visits = 0;
beforeEach(async () => {
  visits = 0;
  elsewhere = await rawServer((socket) => {
    visits += 1;
    socket.end(wire(goodReply('look', token)));
  });
});
afterEach(() => elsewhere.close());

function callOf(method: string, path: string): Call {
  if (path.startsWith('/token')) return 'token';
  if (method === 'POST') return 'launch';
  if (method === 'DELETE') return 'cancel';
  return /\/jobs\?/.test(path) ? 'list' : path.includes('/jobs/') ? 'look' : 'probe';
}

/** A platform whose answer to one call can be changed; everything asked of it is kept. */
async function openLane() {
  let spoilt: { call: Call; reply: Reply } | undefined;
  const asked: string[] = [];
  const server = await rawServer((socket, received) => {
    const [head = '', body = ''] = received.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (!received.includes('\r\n\r\n') || body.length < length) return;
    const [method = '', path = ''] = head.split(' ', 2);
    asked.push(`${method} ${path}`);
    const call = callOf(method, path);
    socket.end(wire(spoilt?.call === call ? spoilt.reply : goodReply(call, token)));
  });
  const provider = () =>
    createProvider(
      'airbus',
      {
        kind: 'airbus-playground',
        baseUrl: server.origin,
        auth: { kind: 'api-key', keyEnv: 'K', tokenUrl: `${server.origin}/token` },
      },
      () => key,
      { bodyBytes: limit, headersMs: 20_000, totalMs: 40_000 },
    );
  return {
    provider,
    asked,
    answer: (call: Call, reply: Reply) => {
      spoilt = { call, reply };
    },
    close: () => server.close(),
  };
}

const find: FindRequest = {
  ...sampleLaunch(),
  intentAtMs: Date.parse('2026-11-22T20:00:00Z'),
  claimed: async () => new Set<string>(),
};

/** What a call that meets this answer comes to. */
async function ask(provider: Provider, call: Call): Promise<unknown[]> {
  switch (call) {
    case 'launch':
      return [await provider.launch(sampleLaunch(), freely)];
    case 'look':
      return [await provider.look(remoteJob, freely), await provider.findLaunch(find, freely)];
    case 'list':
      return [await provider.findLaunch(find, freely)];
    case 'cancel':
      return [await provider.cancel(remoteJob, freely)];
    case 'probe':
      return [await provider.probe(freely)];
    case 'token':
      return [await provider.launch(sampleLaunch(), freely), await provider.look(remoteJob, freely)];
    default:
      return call satisfies never;
  }
}

/** Every text in an answer that people will read. */
function textsOf(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([name, value]) =>
    typeof value === 'string' && /^(reason|detail|message|word|rule)$/.test(name) ? [value] : textsOf(value),
  );
}

/** What is wrong with an answer that the adapter gave; empty where nothing is. */
function wrongWith(answer: unknown, call: Call, status: number): string[] {
  const wrong: string[] = [];
  for (const text of textsOf(answer)) {
    // The platform's own words are cut at 300; ours stand before and after them.
    if (Array.from(text).length > 300) wrong.push(`a text of ${text.length}: ${text.slice(0, 80)}`);
    if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text))
      wrong.push(`control characters: ${JSON.stringify(text)}`);
  }
  if (/planted/.test(JSON.stringify(answer))) wrong.push('a secret');
  const told = answer as LaunchAnswer;
  if (told.kind === 'launched') {
    const { id, address } = told.job;
    if (!/^\/api\/v\d+\/processes\/[^/]+\/jobs\/[^/?]+(\?|$)/.test(address)) wrong.push(`its address is ${address}`);
    if (id.length > 200 || /[\p{Cc}]|^\.{1,2}$/u.test(id)) wrong.push(`its id is ${JSON.stringify(id)}`);
  }
  if (call === 'launch' && status >= 200 && status < 300 && told.kind !== 'launched' && told.kind !== 'ambiguous') {
    wrong.push(`an answer of ${status} to a launch is taken for ${told.kind}`);
  }
  return wrong;
}

const honestPath = /^(POST \/token|(POST|GET|DELETE) \/api\/v\d{1,3}\/processes(\/p-1\/jobs(\/[^/?]+)?)?(\?|$))/;
const climbs = /(^|\/|%2f|%5c)(\.|%2e){1,2}($|\/|\?|%2f|%5c)/i;

function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test(`${replies} spoilt answers: none is thrown over, none leads elsewhere, no launch is taken for unsent`, async () => {
  const names = Object.keys(spoils) as SpoilName[];
  const wrong: string[] = [];
  const kinds = new Set<string>();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const it = await openLane();
      let provider = it.provider();
      for (let seed = lane; seed < replies; seed += lanes) {
        const draw = drawsOf(seed);
        const name = names[seed % names.length] as SpoilName;
        const call = calls[Math.floor(draw() * calls.length)] as Call;
        const reply = spoils[name](goodReply(call, token), draw, {
          at: elsewhere.origin,
          // A token that was never given out is nobody's secret yet.
          secrets: call === 'token' ? [key] : [token, key],
          limit,
        });
        it.answer(call, reply);
        if (call === 'token') {
          await provider.close();
          provider = it.provider();
        }
        try {
          for (const answer of await ask(provider, call)) {
            kinds.add((answer as { kind: string }).kind);
            for (const what of wrongWith(answer, call, reply.status)) wrong.push(`${seed} ${name} ${call}: ${what}`);
          }
        } catch (error) {
          wrong.push(`${seed} ${name} ${call}: threw ${error}`);
        }
        for (const path of it.asked.splice(0)) {
          if (!honestPath.test(path) || climbs.test(path)) wrong.push(`${seed} ${name} ${call}: asked for ${path}`);
        }
      }
      await provider.close();
      await it.close();
    }),
  );
  expect(wrong).toEqual([]);
  expect([visits, elsewhere.received]).toEqual([0, []]);
  // Enough of them, or the spoiling is not worth its name.
  expect([...kinds].sort()).toEqual(
    expect.arrayContaining(['ambiguous', 'launched', 'missing', 'rejected', 'seen', 'unauthorized']),
  );
}, 120_000);

test.each([301, 302, 303, 307, 308])(
  'a redirect (%d) to another origin is followed by no call, and a launch is in doubt',
  async (status) => {
    const it = await openLane();
    for (const call of calls) {
      const provider = it.provider();
      for (const at of [elsewhere.origin, `//${new URL(elsewhere.origin).host}`]) {
        const location = `${at}/api/v1/processes/p-9/jobs/j-9`;
        it.answer(call, { status, headers: [['location', location]], body: Buffer.alloc(0) });
        const [answer] = await ask(provider, call);
        if (call === 'launch') expect(answer).toMatchObject({ kind: 'ambiguous', rule: 'redirect' });
        // Without a token nothing was launched: that may be said.
        if (call === 'token') expect(['notSent', 'unauthorized']).toContain((answer as LaunchAnswer).kind);
      }
      await provider.close();
    }
    await it.close();
    expect(elsewhere.received).toEqual([]);
  },
);

test.each(wickedIds.map((id) => [JSON.stringify(id).slice(0, 40), id] as const))(
  'a launch answered with the id %s is in doubt, or its job is looked at on its own path and nowhere else',
  async (_, id) => {
    const it = await openLane();
    const provider = it.provider();
    it.answer('launch', { ...goodReply('launch', token), headers: [], body: Buffer.from(JSON.stringify({ id })) });
    const answer = await provider.launch(sampleLaunch(), freely);
    it.asked.splice(0);
    if (answer.kind === 'launched') {
      await provider.look(answer.job, freely);
      await provider.cancel(answer.job, freely);
      const path = `/api/v1/processes/p-1/jobs/${encodeURIComponent(id)}?projectId=prj-1`;
      expect(it.asked).toEqual([`GET ${path}`, `DELETE ${path}`]);
    } else expect(answer).toMatchObject({ kind: 'ambiguous' });
    await provider.close();
    await it.close();
  },
);

test('what the ledger may hold as the address of a job, from whatever time, is called on our origin or not at all', async () => {
  const it = await openLane();
  const provider = it.provider();
  await provider.probe(freely);
  it.asked.splice(0);
  for (const address of wickedLinks(elsewhere.origin)) {
    await provider.look({ id: 'j-1', address }, freely);
    await provider.cancel({ id: 'j-1', address }, freely);
  }
  expect(it.asked.filter((path) => !honestPath.test(path) && !path.includes('/processes/p-9/'))).toEqual([]);
  expect(visits).toBe(0);
  await provider.close();
  await it.close();
});
