import type { FastifyReply } from 'fastify';
import { type Html, html, type Part, textOf } from './html.ts';

/** The few pages that the board writes itself: signing in, and what there is to say where the console cannot. */

export interface Page {
  title: string;
  body: Part;
  /** Loads itself anew until there is something better. */
  again?: boolean;
}

const reloadSeconds = 5;

export function layout({ title, body, again }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${again && html`<meta http-equiv="refresh" content="${reloadSeconds}">`}
<title>${title} · Nightpass</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/base.css">
</head>
<body>
<header class="top"><a class="brand" href="/"><img src="/static/mark.svg" alt="" width="24" height="24">Nightpass</a></header>
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
