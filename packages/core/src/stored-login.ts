/** What `nightpass login` keeps of a person's login. */
export interface SavedLogin {
  refreshToken: string;
  /** Who gave it, and alone gets it back: the configured issuer, or token endpoint where no issuer is configured. */
  issuer: string;
  clientId: string;
}

/** Where it is kept, for one provider. */
export interface StoredLogin {
  provider: string;
  /** @throws when it is there and cannot be read; the message names the place only */
  read(): SavedLogin | undefined;
  /** Whole or not at all, also in a crash. @throws what the file system answers */
  write(login: SavedLogin): void;
  /** One at a time among all processes of this machine: a refresh token may be good for one use. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}
