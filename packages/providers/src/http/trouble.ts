/** What a socket's error code means, in words for a reason. Codes only: messages may hold addresses and header values. */
const words: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
  ENOTFOUND: 'the host name was not found',
  EAI_AGAIN: 'the name service did not answer',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
  UND_ERR_DESTROYED: 'the provider was closed',
  UND_ERR_CLOSED: 'the provider was closed',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as it says',
};

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** One short line; never the error's own message. */
export function troubleWords(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined || !/^[A-Z0-9_]{2,60}$/.test(code)) return 'the connection failed';
  const said = Object.hasOwn(words, code) ? words[code] : undefined;
  if (said) return `${said} (${code})`;
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  if (/CERT|TLS|SSL|SIGNATURE/.test(code)) return `the TLS handshake failed (${code})`;
  return `the connection failed (${code})`;
}

/** True when the request itself was wrong: a bug of ours, not trouble on the way. */
export function isOurFault(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_INVALID_ARG';
}
