import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** What receives notices in tests: a web server and a mail server, on loopback. */

export interface Received {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

export async function startHook(answer: (n: number) => { status: number; headers?: Record<string, string> }) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ method: request.method, path: request.url, headers: request.headers, body });
      const { status, headers } = answer(received.length);
      response.writeHead(status, headers).end('thanks');
    });
  });
  return { received, port: await listen(server), stop: () => stop(server) };
}

/** As little SMTP as a client needs; wants any user and password. */
export async function startMailServer({ refuse = false } = {}) {
  const mails: string[] = [];
  const auths: string[] = [];
  const server = createTcpServer((socket: Socket) => {
    socket.on('error', () => {});
    let text = '';
    let inMail = false;
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      text += chunk;
      if (inMail) {
        if (!text.endsWith('\r\n.\r\n')) return;
        mails.push(text.slice(0, -5));
        inMail = false;
        text = '';
        socket.write('250 kept\r\n');
        return;
      }
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (/^EHLO/i.test(line)) socket.write('250-test\r\n250 AUTH PLAIN\r\n');
        else if (/^AUTH/i.test(line)) {
          auths.push(line);
          socket.write(refuse ? `535 wrong: ${line}\r\n` : '235 welcome\r\n');
        } else if (/^DATA/i.test(line)) {
          inMail = true;
          socket.write('354 go\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 fine\r\n');
      }
    });
  });
  return { mails, auths, port: await listen(server), stop: () => stop(server) };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  if ('closeAllConnections' in server) (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
