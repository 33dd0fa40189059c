import type { AuditEntry } from '@nightpass/engine';
import { z } from 'zod';
import type { AuditPage } from '../commands/audit.ts';
import type { Remote } from './client.ts';

/** The audit log by the API of a board. */

const entry = z
  .object({ id: z.string(), atMs: z.number() })
  .catchall(z.union([z.string(), z.number()]))
  .transform(({ id, atMs, ...rest }): AuditEntry => {
    const fields = Object.entries(rest).map(([name, value]) => [name, String(value)] as const);
    return { id, atMs, fields: Object.fromEntries(fields) };
  });
const page = z.object({ items: z.array(entry), next: z.string().optional(), total: z.number() });

const pageSize = 500;

export async function remoteAudit(remote: Remote, limit: number): Promise<AuditPage> {
  const entries: AuditEntry[] = [];
  let cursor = '';
  for (;;) {
    const wanted = Math.min(pageSize, limit - entries.length);
    const { items, next, total } = await remote.get(`/audit?limit=${wanted}${cursor}`, page);
    entries.push(...items);
    if (next === undefined || entries.length >= limit) return { entries, total };
    cursor = `&cursor=${next}`;
  }
}
