import type { Role } from '@nightpass/core';

/** Tokens for scripts, as the board lists them to admins. */
export interface Token {
  id: string;
  name: string;
  role: Role;
  createdAtMs: number;
  createdBy: string;
  expiresAtMs?: number | undefined;
  lastUsedAtMs?: number | undefined;
}
export interface TokenList {
  items: Token[];
}
export interface NewToken extends Token {
  secret: string;
}
export interface TokenWanted {
  name: string;
  role: Role;
  days?: number;
}
