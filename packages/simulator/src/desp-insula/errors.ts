import type { Reply } from '../platform.ts';
import type { Quirks } from './quirks.ts';

const json = { 'content-type': 'application/json' };
const text = { 'content-type': 'text/plain;charset=UTF-8' };
const html = { 'content-type': 'text/html;charset=UTF-8' };

const phrases: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** An error in one of the seven forms that servers of this family answer with. */
export function errorReply(form: Quirks['errorForm'], status: number, message: string, path = ''): Reply {
  const phrase = phrases[status] ?? 'Error';
  switch (form) {
    case 'spring': {
      const body = { timestamp: new Date().toISOString().replace('Z', '+00:00'), status, error: phrase, message, path };
      return { status, headers: json, body: JSON.stringify(body) };
    }
    case 'status':
      return { status, headers: json, body: JSON.stringify({ status_code: status, status: `${phrase}: ${message}` }) };
    case 'text':
      return { status, headers: text, body: message };
    case 'empty':
      return { status };
    case 'cause':
      return { status, headers: json, body: JSON.stringify({ cause: { cause: null, message }, message }) };
    case 'message':
      return { status, headers: json, body: JSON.stringify({ message }) };
    case 'html': {
      const title = `${status} ${phrase}`;
      return {
        status,
        headers: html,
        body: `<html><head><title>${title}</title></head><body>${message}</body></html>`,
      };
    }
    default:
      return form satisfies never;
  }
}

const signIn = 'https://sso.example.test/realms/desp/protocol/openid-connect/auth?client_id=insula';

/** Wrong credentials, or none: by the server itself, or by the sign-in that stands in front of it. */
export function refusedReply(refusal: Quirks['refusal']): Reply {
  switch (refusal) {
    case '401':
      return { status: 401, headers: json, body: JSON.stringify({ status_code: 401, status: 'Unauthorized' }) };
    case '403':
      return { status: 403 };
    case 'redirect':
      return { status: 302, headers: { location: signIn } };
    case 'page':
      return {
        status: 200,
        headers: html,
        body: '<html><head><title>Sign in</title></head><body><form/></body></html>',
      };
    default:
      return refusal satisfies never;
  }
}
