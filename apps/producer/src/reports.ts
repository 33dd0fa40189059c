import { readFileSync } from 'node:fs';
import type { LedgerContext, ReportHour, ReportWriter } from '@nightpass/engine';
import { createClock, localTimeZone, writeReport } from '@nightpass/report';

/** Reports in the inbox: beside the results of each batch, and every morning of what is not over. */
export interface Reports {
  write: ReportWriter;
  hour: ReportHour;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function createReports(ledger: LedgerContext, set: { at: string; timeZone?: string | undefined }): Reports {
  const timeZone = set.timeZone ?? localTimeZone();
  const clock = createClock(timeZone);
  return {
    hour: { at: set.at, timeZone },
    async write(batch, out, signal) {
      const written = await writeReport(ledger, batch, 'html', out, {
        clock,
        versions: { nightpass: version },
        signal,
      });
      if (!written) throw new Error(`the ledger has no batch ${batch}`);
    },
  };
}
