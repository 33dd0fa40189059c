import { reportFormats } from '@nightpass/report';
import { z } from 'zod';

export const reportQuery = z.object({
  format: z.enum(reportFormats).default('html'),
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, 'must be a time zone such as Europe/Paris')
    .optional()
    .describe('Of the times in it; unless given, that of the board'),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
