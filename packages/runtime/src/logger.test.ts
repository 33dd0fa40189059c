import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';
import { createSecrets } from './secrets.ts';

function logged(options: Partial<LoggerOptions> = {}) {
  const to = new PassThrough();
  const secrets = createSecrets({ KEY: 'swordfish-42' });
  secrets({ env: 'KEY' });
  const log = createLogger('worker', { level: 'info', secrets, to, pretty: false, ...options });
  const text = () => String(to.read() ?? '');
  return {
    log,
    text,
    events: () =>
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

test('one event is one line of JSON with time, level, part and the facts given before', () => {
  const { log, events } = logged();
  log.child({ taskId: 'b1-0-3' }).info({ remoteId: 'r-1' }, 'task running');
  expect(events()).toEqual([
    expect.objectContaining({ level: 'info', part: 'worker', taskId: 'b1-0-3', remoteId: 'r-1', msg: 'task running' }),
  ]);
});

test('below its level nothing is written', () => {
  const { log, text } = logged();
  log.debug('looked');
  expect(text()).toBe('');
});

test('a secret is written by no way: field, message, child, header, error, stack or cause', () => {
  const { log, text } = logged({ level: 'trace' });
  const cause = Object.assign(new Error('login with swordfish-42 failed'), {
    request: { headers: { authorization: 'Basic dTpw' }, url: 'https://h/?apikey=swordfish-42' },
  });
  const child = log.child({ note: 'swordfish-42' });
  child.error({ err: new Error('launch failed: swordfish-42', { cause }) }, 'launch failed swordfish-42');
  child.warn(
    { error: cause, list: ['a', { deep: Buffer.from('u:swordfish-42').toString('base64') }] },
    '%s',
    'swordfish-42',
  );
  child.info(cause);
  child.info({ 'swordfish-42': 1, config: { password: 'x', tokenEnv: 'MY_TOKEN', hasToken: true } }, 'read');
  child.info({ headers: ['Authorization', 'Bearer x', 'accept', 'application/json'] }, 'sent');
  const written = text();
  expect(written).not.toMatch(/swordfish|c3dvcmRmaXNo|dTpw|"x"|Bearer x/);
  expect(written).toContain('"tokenEnv":"MY_TOKEN"');
  expect(written).toContain('"hasToken":true');
  expect(written).toContain('application/json');
  expect(written.trimEnd().split('\n')).toHaveLength(5);
});

test('for people it is pretty, in one line, without colours where there is no terminal, and as free of secrets', async () => {
  const { log, text } = logged({ pretty: true });
  log.info({ taskId: 'b1-0-3', key: 'swordfish-42' }, 'task running');
  await new Promise((resolve) => setImmediate(resolve));
  const line = text();
  expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: worker: task running \{.*"taskId":"b1-0-3".*\}\n$/);
  expect(line).not.toContain('swordfish');
  expect(line).not.toContain('\u001b');
});
