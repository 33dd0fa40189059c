import { expect, test } from 'vitest';
import { amount, bytes, many, percent, rate, sentence, shortRate, span, when } from './words.ts';

test('spans of time read as people say them', () => {
  expect([0, 59_400, 60_000, 3_600_000, 12_060_000, 90_000_000].map(span)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '3 h 21 min',
    '1 d 1 h',
  ]);
  expect([when(5_000, 0), when(0, 5_000)]).toEqual(['in 5 s', '5 s ago']);
});

test('a slow rate is said by the minute, a very slow one by the hour', () => {
  expect([2.5, 0.2, 0.002].map(rate)).toEqual(['2.5 a second', '12 a minute', '7.2 an hour']);
  expect([150.4, 0.2].map(shortRate)).toEqual(['150/s', '12/min']);
});

test('a share is never 100 % before the last one, nor nothing after the first', () => {
  expect([percent(999_999, 1_000_000), percent(1, 1_000_000), percent(0, 5), percent(5, 5), percent(0, 0)]).toEqual([
    '99.9 %',
    '< 0.1 %',
    '0 %',
    '100 %',
    '0 %',
  ]);
});

test('a cost is said to the cent, and never to be nothing because it is small', () => {
  expect([0, 0.000_412, 4, 12.984, 1_234_567].map(amount)).toEqual(['0', '0.000412', '4', '12.98', '1,234,567']);
});

test('one is one, and more are several', () => {
  expect([many(1, 'task'), many(1_200, 'task'), many(2, 'process', 'processes')]).toEqual([
    '1 task',
    '1,200 tasks',
    '2 processes',
  ]);
  expect([bytes(0), bytes(999), bytes(1_500_000)]).toEqual(['0 bytes', '999 bytes', '1.5 MB']);
  expect([sentence('it waits'), sentence('Why?'), sentence('')]).toEqual(['It waits.', 'Why?', '']);
});
