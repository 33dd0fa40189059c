import { expect, test } from 'vitest';
import { redactor } from './redaction.ts';
import { createSecrets } from './secrets.ts';

const key = 'k/Zq+9 ü"7x&=secretish?';
const secrets = createSecrets({
  KEY: key,
  SHORT: 'abc',
  PEM: `-----BEGIN KEY-----\n${'Q'.repeat(40)}\n-----END KEY-----`,
});
secrets({ env: 'KEY' });
const redact = redactor(secrets);

const basic = (text: string) => Buffer.from(text).toString('base64');

test.each([
  ['as it is', key],
  ['percent-encoded', encodeURIComponent(key)],
  ['percent-encoded in small letters', encodeURIComponent(key).replace(/%../g, (hex) => hex.toLowerCase())],
  ['as a form field', new URLSearchParams({ q: key }).toString()],
  ['inside JSON', JSON.stringify({ q: key })],
  ['inside JSON inside JSON', JSON.stringify({ q: JSON.stringify({ q: key }) })],
  ['in base64', basic(key)],
  ['in base64 for addresses', Buffer.from(key).toString('base64url')],
  ['in hex', Buffer.from(key).toString('hex')],
  ...['u', 'us', 'use', 'user'].map((user) => ['in the base64 of user and password', basic(`${user}:${key}`)]),
  ...['u', 'us', 'use'].map((user) => ['in the middle of base64', basic(`${user}:${key}:more`)]),
])('a secret is taken out %s', (_form = '', text = '') => {
  const clean = redact(`before <${text}> after`);
  expect(clean).toMatch(/^before <.*\[redacted\].*> after$/);
  expect(clean).not.toContain('secretish');
  expect(clean.length).toBeLessThan(60);
});

test.each([
  ['Authorization: Bearer abc.def', 'Authorization: [redacted]'],
  ['authorization: "Basic dTpw"', 'authorization: "[redacted]"'],
  ['sent Bearer eyJhbGciOiJIUzI1NiJ9.e30.x', 'sent Bearer [redacted]'],
  ['redis://user:pw@host:6379/0', 'redis://[redacted]@host:6379/0'],
  ['GET /refresh?refresh_token=abc&x=1', 'GET /refresh?refresh_token=[redacted]&x=1'],
  ['grant_type=api_key&apikey=abc123', 'grant_type=api_key&apikey=[redacted]'],
  ['{"access_token":"abc","expires_in":3600}', '{"access_token":"[redacted]","expires_in":3600}'],
  ['{\\"password\\":\\"abc\\"}', '{\\"password\\":\\"[redacted]\\"}'],
])('by its name: %s', (text, clean) => {
  expect(redact(text)).toBe(clean);
});

test.each([
  'the token has expired, renewed',
  'ONEATLAS_API_KEY is not set',
  'passwordEnv must be the name of an environment variable',
  'zone 12 of ship-detection@2024 https://host/a/b@c',
])('what only speaks of secrets stays: %s', (text) => {
  expect(redact(text)).toBe(text);
});

test('a secret handed out later is taken out from then on', () => {
  expect(redact('new-token-1')).toBe('new-token-1');
  secrets.remember('new-token-1');
  expect(redact('new-token-1')).toBe('[redacted]');
});

test('a line of a key file is taken out alone too', () => {
  secrets({ env: 'PEM' });
  expect(redact(`x ${'Q'.repeat(40)} y`)).toBe('x [redacted] y');
});

test('a secret too short to be told from words is left to its name', () => {
  secrets({ env: 'SHORT' });
  expect(redact('abcdef token=abc')).toBe('abcdef token=[redacted]');
});
