import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecrets } from './secrets.ts';

test('a secret comes from a variable or a file, without the blanks around it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'nightpass-secret-'));
  writeFileSync(join(dir, 'key'), ' from-file\n');
  const secrets = createSecrets({ KEY: 'from-env \n' }, { baseDir: dir });
  expect(secrets({ env: 'KEY' })).toBe('from-env');
  expect(secrets({ file: 'key' })).toBe('from-file');
  expect(secrets.known()).toEqual(['from-env', 'from-file']);
  writeFileSync(join(dir, 'key'), 'renewed');
  expect(secrets({ file: 'key' })).toBe('renewed');
  rmSync(dir, { recursive: true });
});

test.each([
  [{ env: 'MISSING' }, 'MISSING'],
  [{ env: 'EMPTY' }, 'EMPTY'],
  [{ file: '/nowhere/key' }, '/nowhere/key'],
  [{}, 'either'],
  [{ env: 'KEY', file: 'key' }, 'either'],
])('%j is refused by name', (ref, named) => {
  const secrets = createSecrets({ KEY: 'value-of-key', EMPTY: '  ' });
  expect(() => secrets(ref)).toThrow(named);
  expect(() => secrets(ref)).not.toThrow('value-of-key');
});

test('of the tokens of a long night only the newest are remembered, the configured secrets for good', () => {
  const secrets = createSecrets({ KEY: 'configured' });
  secrets({ env: 'KEY' });
  for (let n = 0; n < 2000; n++) secrets.remember(`token-${n}`);
  expect(secrets.known()).toHaveLength(65);
  expect(secrets.known()).toEqual(expect.arrayContaining(['configured', 'token-1999']));
});
