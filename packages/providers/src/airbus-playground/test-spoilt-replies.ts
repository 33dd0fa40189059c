import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

/** For tests: answers of the platform, good ones, and spoilt in the ways of gateways, proxies and attackers. */

export interface Reply {
  status: number;
  headers: [string, string][];
  body: Buffer;
}

export const calls = ['launch', 'look', 'list', 'cancel', 'probe', 'token'] as const;
export type Call = (typeof calls)[number];
export type Draw = () => number;

const self = '/api/v1/processes/p-1/jobs/j-1?projectId=prj-1';
const job = {
  id: 'j-1',
  processId: 'p-1',
  creationDate: '2026-11-22T20:00:00Z',
  status: { status: 'RUNNING', progress: 40 },
  message: 'as it should be',
  input: { name: 'Port of Sète 0 - Vessel finder', imageId: 'image-0', datasetId: 'd-1', projectId: 'prj-1' },
  nbTasks: 10,
  nbTasksPerStatus: [{ status: 'SUCCEEDED', count: 4 }],
  _links: { self: { href: self, method: 'GET' } },
};

export function goodReply(call: Call, token: string): Reply {
  const said: Record<Call, [number, unknown]> = {
    launch: [201, job],
    look: [200, job],
    list: [200, { jobs: [{ ...job, input: undefined, status: undefined }], total: 1 }],
    cancel: [202, {}],
    probe: [200, { processes: [] }],
    token: [200, { access_token: token, expires_in: 3600, token_type: 'bearer' }],
  };
  const [status, json] = said[call];
  const headers: [string, string][] = [['content-type', 'application/json;charset=utf-8']];
  if (call === 'launch') headers.push(['location', self]);
  return { status, headers, body: Buffer.from(JSON.stringify(json)) };
}

export function wire({ status, headers, body }: Reply): Buffer {
  const told = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
    ? headers
    : [['content-length', String(body.length)], ...headers];
  const head = `HTTP/1.1 ${String(status).padStart(3, '0')} Told\r\n${told.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

const oneOf = <T>(draw: Draw, list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T;

export const wickedIds = [
  ...['../j-2', '..', '.', 'a/../../admin', '%2e%2e', '%2e%2e%2fadmin', '..%5c', 'j\n1', 'j\r\nx-evil: 1', 'j\u0000'],
  ...[
    'j'.repeat(201),
    'j'.repeat(100_000),
    'ｊ－１',
    '\u202ej-1',
    '\ud800',
    'é'.repeat(200),
    ' ',
    'j-1?x=',
    'j-1#x',
    '',
  ],
  ...['__proto__', 'constructor', '{{zone}}', '-1', '//evil.example/', '\\\\evil', 'j-1;rm -rf', '<script>', "j'--"],
];
/** `at` is where nobody may ever go. */
export const wickedLinks = (at: string) => [
  ...[
    `${at}${self}`,
    `//${new URL(at).host}${self}`,
    `\\\\${new URL(at).host}${self}`,
    `/\\${new URL(at).host}${self}`,
  ],
  ...['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', `http:${at.slice(5)}${self}`, `@${at}`, ' /x'],
  ...[`${at.replace('//', '//user:pw@')}${self}`, '/api/v1/processes/p-1/jobs/../../../admin', `/api/v1/..${self}`],
  ...['/api/v1/processes/p-1/jobs/%2e%2e', '/api/v1/processes/p-1/jobs/..%2fx', 'http://[', '?', '#', '/', '//', ''],
  ...[`/api/v1/processes/p-1/jobs/j-1?next=${at}`, `/api/v1/processes/p-9/jobs/j-1`, `${self}\r\nhost: evil`],
];
const wickedWords = [
  'DONE',
  'succeeded',
  ' SUCCEEDED',
  'SUCCEEDED\u0000',
  '__proto__',
  'toString',
  '',
  'Ｓ',
  'X'.repeat(9000),
];
const wickedTexts = [
  '\u001b[31mred\u0007',
  'a\u202eb',
  'line\r\nbreak',
  '\u0000',
  '\ud800 half',
  '<h1>x',
  'x'.repeat(50_000),
];

function wickedValue(draw: Draw, at: string): unknown {
  const more: unknown[] = [null, true, -1, 1e308, 2 ** 53, [], {}, [[]], { href: at }, '', 'NaN', [null], 0.5];
  return oneOf(draw, [...more, ...wickedIds, ...wickedLinks(at), ...wickedWords, ...wickedTexts]);
}

/** Other values at a few places of the tree, keys that are gone, keys twice. */
function otherValues(json: unknown, draw: Draw, at: string): unknown {
  if (draw() < 0.12) return wickedValue(draw, at);
  if (Array.isArray(json)) return (draw() < 0.2 ? [...json, ...json] : json).map((item) => otherValues(item, draw, at));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => (draw() < 0.08 ? [] : [[key, otherValues(value, draw, at)]])),
  );
}

const untrueCodings = ['gzip', 'br', 'deflate', 'zstd', 'x-gzip', 'gzip, gzip', 'constructor', ''];
const blanks = Buffer.alloc(8 * 1024 ** 2, 0x20);
/** Some kilobytes that unpack to eight megabytes. */
const bombs: [string, Buffer][] = [
  ['gzip', gzipSync(blanks)],
  ['br', brotliCompressSync(blanks, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['deflate', deflateSync(blanks)],
];

type Spoil = (reply: Reply, draw: Draw, world: { at: string; secrets: readonly string[]; limit: number }) => Reply;
const withHeader = (reply: Reply, name: string, value: string): Reply => ({
  ...reply,
  headers: [...reply.headers.filter(([other]) => other.toLowerCase() !== name), [name, value]],
});
const withJson = (reply: Reply, change: (json: unknown) => unknown): Reply => ({
  ...reply,
  body: Buffer.from(JSON.stringify(change(JSON.parse(reply.body.toString('utf8'))))),
});

export const spoils = {
  status: (reply, draw) => ({
    ...reply,
    status: oneOf(draw, [202, 204, 206, 299, 304, 400, 404, 409, 418, 451, 500, 599, 600, 999]),
  }),
  redirect: (reply, draw, { at }) =>
    withHeader(
      { ...reply, status: oneOf(draw, [300, 301, 302, 303, 305, 307, 308]) },
      'location',
      oneOf(draw, [at, ...wickedLinks(at)].map(inHeader)),
    ),
  location: (reply, draw, { at }) =>
    withHeader(
      withJson(reply, (json) => (draw() < 0.5 ? {} : json)),
      'location',
      inHeader(oneOf(draw, wickedLinks(at))),
    ),
  cut: (reply, draw) => ({ ...reply, body: reply.body.subarray(0, Math.floor(draw() * reply.body.length)) }),
  bytes: (reply, draw) => {
    const body = Buffer.from(reply.body);
    for (let n = 1 + Math.floor(draw() * 6); n > 0; n--)
      body[Math.floor(draw() * body.length)] = Math.floor(draw() * 256);
    return { ...reply, body };
  },
  types: (reply, draw, { at }) => withJson(reply, (json) => otherValues(json, draw, at)),
  ids: (reply, draw) => {
    const put = oneOf(draw, wickedIds);
    return { ...reply, body: Buffer.from(reply.body.toString().replace(/"id":"j-1"/g, `"id":${JSON.stringify(put)}`)) };
  },
  links: (reply, draw, { at }) => {
    const put = JSON.stringify(oneOf(draw, wickedLinks(at)));
    const body = reply.body.toString().replace(/"href":"[^"]*"/g, `"href":${put}`);
    return { ...reply, body: Buffer.from(draw() < 0.5 ? body.replaceAll('"id":"j-1",', '') : body) };
  },
  words: (reply, draw) => ({
    ...reply,
    body: Buffer.from(reply.body.toString().replace('"RUNNING"', JSON.stringify(oneOf(draw, wickedWords)))),
  }),
  huge: (reply, draw, { limit }) => {
    const much = oneOf(draw, [limit + 1, limit * 4]);
    const pad = oneOf(draw, [' '.repeat(much), `,"pad":"${'x'.repeat(much)}"}`]);
    return {
      ...reply,
      body: Buffer.concat([reply.body.subarray(0, -1), Buffer.from(pad.endsWith('}') ? pad : `${pad}}`)]),
    };
  },
  deep: (reply, draw) => {
    const levels = oneOf(draw, [63, 65, 5_000, 90_000]);
    const [open, close] = oneOf(draw, [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    return withJsonText(reply, `,"deep":${open.repeat(levels)}1${draw() < 0.7 ? close.repeat(levels) : ''}}`);
  },
  charset: (reply, draw) => {
    const name = oneOf(draw, [
      'utf-16le',
      'iso-8859-1',
      'utf-7',
      'x-user-defined',
      'gb18030',
      '"',
      'nonsense-9',
      'UTF-8; x=1',
    ]);
    const text = reply.body.toString('utf8').replace('as it should be', 'Sète ÿ 港');
    const body = Buffer.from(text, oneOf(draw, ['latin1', 'utf16le', 'utf8']));
    return withHeader({ ...reply, body }, 'content-type', `application/json; charset=${name}`);
  },
  coding: (reply, draw) => {
    const packed = gzipSync(reply.body);
    const [coding, body] = oneOf(draw, [
      ...untrueCodings.map((it): [string, Buffer] => [it, reply.body]),
      ...bombs,
      ['gzip', packed],
      ['gzip', packed.subarray(0, 30)],
      ['br', packed],
    ]);
    return withHeader({ ...reply, body }, 'content-encoding', coding);
  },
  length: (reply, draw) => {
    const n = reply.body.length;
    const lie = oneOf(draw, [String(n + 9), String(n - 9), '0', '-1', 'x', '99999999999999999999', `${n}, ${n}`]);
    return draw() < 0.3 ? withHeader(reply, 'transfer-encoding', 'chunked') : withHeader(reply, 'content-length', lie);
  },
  refusal: (reply, draw, { secrets }) => {
    const text = oneOf(draw, [
      ...wickedTexts,
      ...secrets,
      `Authorization: Bearer ${secrets[0]}`,
      'token expired',
      'too many jobs',
    ]);
    const error = oneOf(draw, [
      { message: text },
      { error_description: text, error: text },
      { detail: text, hint: text },
      text,
    ]);
    const body =
      typeof error === 'string' ? Buffer.from(`<html><title>${error}</title>`) : Buffer.from(JSON.stringify(error));
    const status = oneOf(draw, [400, 401, 402, 403, 404, 405, 410, 422, 429, 431, 500, 502, 503]);
    const waits = ['0', '-5', '1e9', 'soon', 'Sun, 06 Nov 1994 08:49:37 GMT', '99999999999', '', '1.5', '٣'];
    return withHeader({ ...reply, status, body }, 'retry-after', inHeader(oneOf(draw, waits)));
  },
} as const satisfies Record<string, Spoil>;
export type SpoilName = keyof typeof spoils;

const withJsonText = (reply: Reply, ending: string): Reply => ({
  ...reply,
  body: Buffer.concat([reply.body.subarray(0, -1), Buffer.from(ending)]),
});

/** What no line of a header can hold is left out; the rest goes as bytes. */
const inHeader = (text: string) => Buffer.from(text.replace(/[\r\n\0]/g, '')).toString('latin1');
