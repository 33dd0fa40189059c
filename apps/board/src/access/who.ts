import type { Role } from '@nightpass/core';

/** Who makes a request, and how that is known. */
export interface Who {
  name: string;
  role: Role;
  /** open: nobody is asked; password: sent along with each request. */
  by: 'open' | 'session' | 'token' | 'password' | 'proxy';
  expiresAtMs?: number | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nobody has to be anybody, e.g. to ask whether we live. */
    who: Who | undefined;
  }
  interface FastifyContextConfig {
    /** Needed for a route that changes something; admin unless given. */
    role?: Role;
  }
}

/** Who lets everybody in says so. */
export const openNote =
  'This board asks nobody who they are: whoever can reach it on this machine may do everything. To change that: board.users in nightpass.yaml.';
