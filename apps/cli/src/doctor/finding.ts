/** One thing that was checked. */
export interface Finding {
  /** e.g. `redis`, `provider airbus` */
  check: string;
  verdict: 'ok' | 'warn' | 'fail';
  message: string;
  /** What to do; empty where nothing is to be done. */
  mend: string[];
}

export const ok = (check: string, message: string): Finding => ({ check, verdict: 'ok', message, mend: [] });

export const warn = (check: string, message: string, ...mend: string[]): Finding => ({
  check,
  verdict: 'warn',
  message,
  mend,
});

export const fail = (check: string, message: string, ...mend: string[]): Finding => ({
  check,
  verdict: 'fail',
  message,
  mend,
});
