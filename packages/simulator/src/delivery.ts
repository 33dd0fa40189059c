import type { CheckedFaultRule } from './fault-script.ts';
import { isRecord } from './fingerprint.ts';
import type { Reply } from './platform.ts';
import { retryAfterHeader } from './traffic.ts';

/** How an answer leaves: whole, in drops, cut off amid the body, or not at all. */
export type Delivery =
  | { how: 'whole'; reply: Reply }
  | { how: 'trickle'; reply: Reply; overMs: number }
  | { how: 'cut'; reply: Reply }
  | { how: 'drop' };

export interface Stage {
  /** Takes effect on the platform and gives its answer. Called at most once. */
  act(): Reply;
  /** Rejects when the simulator closes. */
  pause(ms: number): Promise<void>;
  wallMs(): number;
}

const gatewayPage = (status: number) =>
  `<html><head><title>${status}</title></head><body><h1>${status} Simulated gateway page</h1></body></html>`;

/** Plays one fault, or none, on one request. */
export async function play(fault: CheckedFaultRule | undefined, stage: Stage): Promise<Delivery> {
  if (fault === undefined) return whole(stage.act());
  switch (fault.do) {
    case 'expire-tokens':
      return whole(stage.act());
    case 'reply':
      return whole(scripted(fault, stage.wallMs()));
    case 'reply-after-accept':
      stage.act();
      return whole(scripted(fault, stage.wallMs()));
    case 'drop':
      return { how: 'drop' };
    case 'drop-after-accept':
      stage.act();
      return { how: 'drop' };
    case 'truncate':
      return whole(halved(stage.act()));
    case 'cut':
      return { how: 'cut', reply: stage.act() };
    case 'html':
      if (fault.effect === 'taken') stage.act();
      return whole(page(fault.status, gatewayPage(fault.status)));
    case 'empty': {
      const own = fault.effect === 'taken' ? stage.act() : undefined;
      return whole({ status: fault.status ?? own?.status ?? 200 });
    }
    case 'stall': {
      const reply = stage.act();
      await stage.pause(fault.ms);
      return whole(reply);
    }
    case 'slow':
      return { how: 'trickle', reply: stage.act(), overMs: fault.ms };
    case 'late-effect':
      await stage.pause(fault.ms);
      return whole(stage.act());
    case 'hang':
      await stage.pause(fault.ms);
      return { how: 'drop' };
    case 'huge':
      return whole({ ...stage.act(), body: JSON.stringify({ filler: 'x'.repeat(fault.bytes) }) });
    case 'alter':
      return whole(altered(stage.act(), fault.set, fault.remove));
    default:
      return fault satisfies never;
  }
}

function whole(reply: Reply): Delivery {
  return { how: 'whole', reply };
}

function page(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/html' }, body };
}

type Scripted = Extract<CheckedFaultRule, { do: 'reply' | 'reply-after-accept' }>;

function scripted(fault: Scripted, wallMs: number): Reply {
  const body = fault.html ?? (typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body));
  return {
    status: fault.status,
    headers: {
      ...(fault.html !== undefined && { 'content-type': 'text/html' }),
      ...(fault.retryAfterSeconds !== undefined && {
        'retry-after': retryAfterHeader(fault.retryAfterSeconds, fault.retryAfterAs, wallMs),
      }),
      ...fault.headers,
    },
    ...(body !== undefined && { body }),
  };
}

function halved(reply: Reply): Reply {
  const { body = '' } = reply;
  return { ...reply, body: body.slice(0, Math.floor(body.length / 2)) };
}

function altered(reply: Reply, set: Record<string, unknown>, remove: readonly string[]): Reply {
  const body: unknown = JSON.parse(reply.body ?? '{}');
  for (const [path, value] of Object.entries(set)) change(body, path.split('.'), value);
  for (const path of remove) change(body, path.split('.'), undefined);
  return { ...reply, body: JSON.stringify(body) };
}

/** Members of objects and, by their index, of arrays; what lies between is made where it is missing. */
function change(target: unknown, path: string[], value: unknown): void {
  let place = target as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    if (!isRecord(place[key]) && !Array.isArray(place[key])) place[key] = {};
    place = place[key] as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) place[last] = value;
}
