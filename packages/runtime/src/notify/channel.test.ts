import { afterEach, expect, test } from 'vitest';
import { notifySchema } from '../config/notify-schema.ts';
import { createSecrets } from '../secrets.ts';
import { type Channel, createChannels, createPing } from './channel.ts';
import { smtpServer } from './mail.ts';
import { startHook, startMailServer } from './test-receivers.ts';

const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop();
});

async function hookOf(answer: Parameters<typeof startHook>[0] = () => ({ status: 200 })) {
  const hook = await startHook(answer);
  toStop.push(hook.stop);
  return hook;
}

function channels(config: object, env: NodeJS.ProcessEnv): Channel[] {
  return createChannels(notifySchema.parse(config), createSecrets(env));
}

async function send(channel: Channel | undefined, text = 'airbus is held') {
  return channel?.send({ subject: 'airbus is held', text, notices: [{ id: '1-0', kind: 'provider-held' }] });
}

test('Slack gets a text in which nothing that others wrote is read as a command', async () => {
  const hook = await hookOf();
  const [channel] = channels({ webhooks: [{ urlEnv: 'HOOK' }] }, { HOOK: `http://127.0.0.1:${hook.port}/T0/B0/x` });
  expect(await send(channel, 'held: <!channel> a & b')).toEqual({ kind: 'sent' });
  const [request] = hook.received;
  expect(request).toMatchObject({ method: 'POST', path: '/T0/B0/x' });
  expect(request?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(request?.body ?? '')).toEqual({ text: 'held: &lt;!channel&gt; a &amp; b' });
});

test('plain JSON carries the facts as well', async () => {
  const hook = await hookOf();
  const webhooks = [{ urlEnv: 'HOOK', format: 'json' }];
  const [channel] = channels({ webhooks }, { HOOK: `http://127.0.0.1:${hook.port}/` });
  await send(channel);
  expect(JSON.parse(hook.received[0]?.body ?? '')).toEqual({
    subject: 'airbus is held',
    text: 'airbus is held',
    notices: [{ id: '1-0', kind: 'provider-held' }],
  });
});

test.each([404, 500, 302])('an answer of %s is a failure, and a redirect is not followed', async (status) => {
  const other = await hookOf();
  const hook = await hookOf(() => ({ status, headers: { location: `http://127.0.0.1:${other.port}/` } }));
  const [channel] = channels({ webhooks: [{ urlEnv: 'HOOK' }] }, { HOOK: `http://127.0.0.1:${hook.port}/` });
  expect(await send(channel)).toEqual({ kind: 'failed', reason: `answered ${status}` });
  expect([hook.received.length, other.received.length]).toEqual([1, 0]);
});

test('a server that is not there is a failure that does not show its address', async () => {
  const [channel] = channels(
    { webhooks: [{ urlEnv: 'HOOK' }] },
    { HOOK: 'http://127.0.0.1:9/services/T0KENT0KENT0KEN' },
  );
  const answer = await send(channel);
  expect(answer).toEqual({ kind: 'failed', reason: 'not reached: ECONNREFUSED' });
});

test('an address that is missing or none is told by the name of its variable, never by its value', async () => {
  const [missing, wrong, mail] = channels(
    {
      webhooks: [{ urlEnv: 'MISSING' }, { urlEnv: 'WRONG' }],
      email: { smtpUrlEnv: 'WRONG', from: 'a@example.org', to: ['b@example.org'] },
    },
    { WRONG: 'ftp://hunter2hunter2' },
  );
  expect(missing?.problem()).toContain('MISSING');
  expect(wrong?.problem()).toBe('what WRONG holds is no http(s) address');
  expect(mail?.problem()).toBe('what WRONG holds is no smtp:// or smtps:// address');
  for (const channel of [missing, wrong, mail]) {
    expect(await send(channel)).toMatchObject({ kind: 'failed' });
    expect(JSON.stringify([channel?.name, await send(channel)])).not.toContain('hunter2');
  }
});

test('a mail is plain text with one clean subject, to all that were named', async () => {
  const server = await startMailServer();
  toStop.push(server.stop);
  const email = { smtpUrlEnv: 'SMTP', from: 'np@example.org', to: ['a@example.org', 'b@example.org'] };
  const [channel] = channels({ email }, { SMTP: `smtp://np:p%40ssw0rd@127.0.0.1:${server.port}` });
  expect(await send(channel, 'airbus is held\nTo go on: nightpass resume airbus')).toEqual({ kind: 'sent' });
  const [mail = ''] = server.mails;
  expect(mail).toContain('Subject: [Nightpass] airbus is held\r\n');
  expect(mail).toContain('To: a@example.org, b@example.org\r\n');
  expect(mail).toContain('Content-Type: text/plain');
  expect(mail).toContain('To go on: nightpass resume airbus');
  expect(server.auths[0]).toContain(Buffer.from('\0np\0p@ssw0rd').toString('base64'));
});

test('a mail server that refuses and repeats the password does not get it into the reason', async () => {
  const server = await startMailServer({ refuse: true });
  toStop.push(server.stop);
  const email = { smtpUrlEnv: 'SMTP', from: 'np@example.org', to: ['a@example.org'] };
  const [channel] = channels({ email }, { SMTP: `smtp://np:hunter2hunter2@127.0.0.1:${server.port}` });
  const answer = await send(channel);
  expect(answer).toMatchObject({ kind: 'failed', reason: expect.stringContaining('535') });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
  expect(JSON.stringify(answer)).not.toContain(Buffer.from('hunter2hunter').toString('base64'));
  expect(server.mails).toEqual([]);
});

test('a password goes over no unencrypted connection to another machine', () => {
  const server = (url: string) => smtpServer(createSecrets({ SMTP: url }), { env: 'SMTP' });
  expect(server('smtp://u:p@mail.example.org')).toMatchObject({ port: 587, secure: false, requireTLS: true });
  expect(server('smtps://u:p@mail.example.org')).toMatchObject({ port: 465, secure: true });
  expect(server('smtp://127.0.0.1:2525')).toMatchObject({ port: 2525, requireTLS: false, auth: undefined });
});

test('secrets in what is told do not go out', async () => {
  const hook = await hookOf();
  const env = { HOOK: `http://127.0.0.1:${hook.port}/`, KEY: 'k3y-of-the-platform' };
  const secrets = createSecrets(env);
  secrets({ env: 'KEY' });
  const [channel] = createChannels(notifySchema.parse({ webhooks: [{ urlEnv: 'HOOK', format: 'json' }] }), secrets);
  await channel?.send({ subject: `s ${env.KEY}`, text: `t ${env.KEY}`, notices: [{ facts: { reason: env.KEY } }] });
  expect(hook.received[0]?.body).toContain('[redacted]');
  expect(hook.received[0]?.body).not.toContain(env.KEY);
});

test('the ping is one GET', async () => {
  const hook = await hookOf((n) => ({ status: n === 1 ? 200 : 503 }));
  const ping = createPing({ urlEnv: 'PING' }, createSecrets({ PING: `http://127.0.0.1:${hook.port}/p?x=1` }));
  expect(await ping()).toEqual({ kind: 'sent' });
  expect(await ping()).toEqual({ kind: 'failed', reason: 'answered 503' });
  expect(hook.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /p?x=1', 'GET /p?x=1']);
});
