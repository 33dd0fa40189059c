/** One call of the board's API: its answer, or why there is none, in words for a person. */

export const api = '/api/v1';

export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  /** 0: the board could not be reached. */
  constructor(status: number, title: string, detail: string) {
    super(detail || title);
    this.name = 'Problem';
    this.status = status;
    this.title = title;
  }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(api + path, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'The board cannot be reached', 'It may be restarting, or the network is down.');
  });
  if (answer.ok) return answer;
  const told = await problemOf(answer);
  // Whose session is over signs in again, and comes back to where they were.
  if (answer.status === 401 && !init.method) signInAgain();
  throw told;
}

async function problemOf(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => ({}));
  const { title, detail } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return new Problem(answer.status, text(title) || `The board answered ${answer.status}`, text(detail));
}

export function signInAgain(): void {
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`/login?next=${next}`);
}

const json = { accept: 'application/json' };

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { headers: json, signal: signal ?? null })).json() as Promise<T>;
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await ask(path, { signal: signal ?? null })).text();
}

export async function getBytes(path: string, signal?: AbortSignal): Promise<{ bytes: Uint8Array; headers: Headers }> {
  const answer = await ask(path, { signal: signal ?? null });
  return { bytes: new Uint8Array(await answer.arrayBuffer()), headers: answer.headers };
}

export async function sendJson<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const headers = body === undefined ? json : { ...json, 'content-type': 'application/json' };
  const answer = await ask(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export async function sendFile<T>(path: string, file: Blob): Promise<T> {
  const headers = { ...json, 'content-type': 'application/json' };
  return (await ask(path, { method: 'POST', headers, body: file })).json() as Promise<T>;
}

/** What is given, as a query; empty values are left out. */
export function queryOf(values: Record<string, string | number | readonly (string | number)[] | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const text = Array.isArray(value) ? value.join(',') : value;
    if (text !== undefined && text !== '') query.set(name, String(text));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
