import { expect, test } from 'vitest';
import { readConfigText } from './read-file.ts';

const read = (yaml: string) => readConfigText(yaml, 'nightpass.yaml', {});

function faults(yaml: string): string[] {
  const result = read(yaml);
  return result.kind === 'ok' ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
}

test('nobody is told unless configured, and what nobody set has its default', () => {
  const none = read('');
  expect(none.kind === 'ok' && none.content.notify).toBeUndefined();
  expect(read('notify: { webhooks: [{ urlEnv: HOOK }], deadMansPing: { urlFile: p } }')).toMatchObject({
    content: { notify: { webhooks: [{ urlEnv: 'HOOK', format: 'slack' }], deadMansPing: { everySeconds: 60 } } },
  });
});

test('an address written into the file is refused with what to do instead', () => {
  expect(faults('notify: { webhooks: [{ url: https://hooks.example/secret }] }')).toContain(
    'notify.webhooks[0].url: unknown key; secrets are not written here: name the variable in urlEnv, or the file in urlFile',
  );
});

test.each([
  ['notify: { webhooks: [{ format: json }] }', 'notify.webhooks[0]: give exactly one of urlEnv and urlFile'],
  ['notify: { webhooks: [{ urlEnv: A, urlFile: b }] }', 'notify.webhooks[0]: give exactly one of urlEnv and urlFile'],
  ['notify: { webhooks: [{ urlEnv: A }, { urlEnv: A }] }', 'notify.webhooks: the same URL is named twice'],
  ['notify: { email: { smtpUrlEnv: S, from: a, to: [b@c] } }', 'notify.email.from: must be a mail address'],
  ['notify: { email: { from: a@b, to: [b@c] } }', 'notify.email: give exactly one of smtpUrlEnv and smtpUrlFile'],
  ['notify: { deadMansPing: { everySeconds: 60 } }', 'notify.deadMansPing: give exactly one of urlEnv and urlFile'],
  ['notify: { mail: {} }', 'notify.mail: unknown key; did you mean email?'],
])('%s is refused', (yaml, message) => {
  expect(faults(yaml)).toEqual([message]);
});
