import { createServer, type Socket } from 'node:net';

/** What one connection has sent so far, as text. */
export type Misbehave = (socket: Socket, received: string, connection: number) => void;

export interface RawServer {
  origin: string;
  port: number;
  /** Everything that each connection sent. */
  received: string[];
  close(): Promise<void>;
}

/** For tests: a TCP server on loopback that answers whatever it is told to, HTTP or not. */
export async function rawServer(misbehave: Misbehave): Promise<RawServer> {
  const received: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = received.push('') - 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received[connection] += chunk.toString('latin1');
      misbehave(socket, received[connection] ?? '', connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer with its length. */
export function httpText(status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = Object.entries({ 'content-length': String(bytes.length), ...headers });
  const head = `HTTP/1.1 ${status} Told\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}
