import { expect, test } from 'vitest';
import { html, textOf } from './html.ts';

test('every value is escaped, in text and in attributes', () => {
  const hostile = `<script>alert("1")</script>&'`;
  expect(textOf(html`<p title="${hostile}">${hostile}</p>`)).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</p>',
  );
});

test('what a template made is not escaped again, and a value that looks like one is no markup', () => {
  expect(textOf(html`<ul>${[1, 'a<b'].map((it) => html`<li>${it}</li>`)}</ul>`)).toBe(
    '<ul><li>1</li><li>a&lt;b</li></ul>',
  );
  expect(textOf(html`${undefined}${false}${0}`)).toBe('0');
  const fake = JSON.parse('{"html":"<script>"}');
  expect(textOf(html`${fake}`)).not.toContain('<script>');
});
