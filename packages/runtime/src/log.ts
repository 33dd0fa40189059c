/** What our parts log to; pino's Logger is one. Facts are fields, the message is a short constant. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For where nobody listens. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
