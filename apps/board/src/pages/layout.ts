import type { FastifyReply } from 'fastify';
import { type Html, html, type Part, textOf } from './html.ts';
import { time } from './words.ts';

export interface Page {
  title: string;
  /** Where it stands in the navigation. */
  at: 'overview' | 'none';
  nowMs: number;
  body: Part;
}

/** Without a script the page loads itself anew; with one, only what changed is changed. */
const reloadSeconds = 15;

export function layout({ title, at, nowMs, body }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Nightpass</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/base.css">
<link rel="stylesheet" href="/static/parts.css">
<link rel="stylesheet" href="/static/phases.css">
<link rel="stylesheet" href="/static/pages.css">
<script src="/static/board.js" defer></script>
<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<a class="brand" href="/"><img src="/static/mark.svg" alt="" width="26" height="26">Nightpass</a>
<nav aria-label="Pages"><a href="/"${at === 'overview' && html` aria-current="page"`}>Overview</a><a href="/queues">Queues</a></nav>
<p class="fresh" id="fresh">as of ${time(nowMs, 'seconds')}</p>
</header>
<p class="stale" id="stale" role="status" hidden></p>
<main id="main">
${body}
</main>
</body>
</html>`;
}

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(textOf(layout(page)));
}
