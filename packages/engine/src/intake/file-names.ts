import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isTemporary } from './durable-file.ts';

/** What files in an inbox are called, and by their names, whose they are. */

/** Folders of the inbox that are ours. */
export const folders = { accepted: 'accepted', rejected: 'rejected', hidden: '.nightpass' } as const;

export type NameKind =
  /** To be taken. */
  | 'batch'
  /** Ours, or somebody's file that is not finished: left alone, and nothing said. */
  | 'ignored'
  /** Left alone, and told once: somebody may have meant it as a batch. */
  | 'foreign';

const unfinished = /\.(tmp|part|partial|crdownload|filepart|download)$/i;
const answers = /\.(receipt\.json|result\.json|result\.geojson|report\.html)$/i;
/** `x.json.waiting.json`, or the like for a name that was cut. */
const waitingNote = /(\.json|-[0-9a-f]{8})\.waiting\.json$/i;

export const isWaitingNote = (name: string) => waitingNote.test(name);

/** By its name alone, whether a file in the inbox is to be taken. */
export function nameKind(name: string): NameKind {
  if (name.startsWith('.') || name.startsWith('~') || name.endsWith('~')) return 'ignored';
  if (unfinished.test(name) || answers.test(name) || isWaitingNote(name) || isTemporary(name)) return 'ignored';
  return /\.json$/i.test(name) ? 'batch' : 'foreign';
}

/** Whether it is dropped to be run once more, whatever is known of its content. */
export const isAgain = (file: string) => /\.again\.json$/i.test(file);

const mostNameBytes = 255;
/** `.b0123456789ab.result.geojson` */
const mostSuffixBytes = 29;

/**
 * The name of what stands beside a file: its own name and `suffix`. Names that leave no room for one are cut, with a
 * few digits that tell them apart.
 */
export function besideName(file: string, suffix: string): string {
  const name = basename(file);
  if (Buffer.byteLength(name) + mostSuffixBytes <= mostNameBytes) return name + suffix;
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let cut = name;
  while (Buffer.byteLength(cut) + 9 + mostSuffixBytes > mostNameBytes) cut = [...cut].slice(0, -1).join('');
  return `${cut}-${digits}${suffix}`;
}

/** `x.json` → `x-2.json` */
export function numbered(name: string, n: number): string {
  if (n === 1) return name;
  const short = besideName(name, '') === name ? name : `${besideName(name, '')}.json`;
  return short.replace(/(\.json)?$/i, (ending) => `-${n}${ending}`);
}
