import { expect, test } from 'vitest';
import { redisAddress } from './address.ts';

test.each([
  ['redis://localhost', { host: 'localhost', port: 6379 }, 'redis://localhost:6379'],
  ['redis://h:7000/2', { host: 'h', port: 7000, db: 2 }, 'redis://h:7000/2'],
  ['redis://[::1]:7000', { host: '::1', port: 7000 }, 'redis://[::1]:7000'],
  ['redis://:p%40ss@h', { host: 'h', port: 6379, password: 'p@ss' }, 'redis://h:6379'],
  [
    'rediss://user:secret@h:6380',
    { host: 'h', port: 6380, username: 'user', password: 'secret', tls: { servername: 'h' } },
    'rediss://h:6380',
  ],
  ['unix:///run/redis.sock', { path: '/run/redis.sock' }, 'unix:///run/redis.sock'],
  ['unix:///run/redis.sock?db=3', { path: '/run/redis.sock', db: 3 }, 'unix:///run/redis.sock?db=3'],
  ['/data dir/redis.sock', { path: '/data dir/redis.sock' }, 'unix:///data%20dir/redis.sock'],
])('%s is understood, and shown without credentials', (text, options, display) => {
  const address = redisAddress(text);
  expect(address).toMatchObject({ options, display });
  expect(redisAddress(address.url).options).toEqual(address.options);
});

test.each(['', 'localhost:6379', 'http://h:6379', 'redis://', 'unix://', 'redis://h/first'])(
  '%j is refused without being repeated',
  (text) => {
    expect(() => redisAddress(text)).toThrow(/Redis/);
  },
);

test('an address that cannot be read is not repeated, since it may hold a password', () => {
  expect(() => redisAddress('redi://:hunter2222@h')).toThrow(expect.not.stringContaining('hunter2222'));
});
