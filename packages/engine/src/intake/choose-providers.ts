import {
  type BatchContent,
  type Fault,
  findPlaces,
  formatPath,
  type JsonPath,
  missedBy,
  type Process,
  type Takes,
} from '@nightpass/core';

export interface ProviderRules {
  /** Names of the configured ones. */
  known: readonly string[];
  /** Runs what names no provider; undefined where none is chosen. */
  default: string | undefined;
  /** What each takes with a launch: images where nothing is said. */
  takes?: Readonly<Record<string, Takes>>;
}

const start = { line: 1, column: 1 };

export type ProviderChoice =
  /** By the process's index. */
  { ok: true; providers: string[] } | { ok: false; faults: Fault[] };

/**
 * The provider of each process: its own, else the batch's, else that of the inbox's sub-folder, else the default.
 * @param folder the sub-folder's name, a configured provider's; undefined for the inbox itself
 * @param bytes the file, for the places of the faults
 */
export function chooseProviders(
  content: BatchContent,
  rules: ProviderRules,
  folder: string | undefined,
  bytes: Uint8Array,
): ProviderChoice {
  const fallback = content.provider ?? folder ?? rules.default;
  const named: { path: JsonPath; name: string | undefined }[] = [
    { path: ['provider'], name: content.provider },
    ...content.processes.map(({ provider }, index) => ({ path: ['processes', index, 'provider'], name: provider })),
  ];
  const wrong = named.filter(({ name }) => name !== undefined && !rules.known.includes(name));
  const providers = content.processes.flatMap((process) => process.provider ?? fallback ?? []);
  const unnamed = providers.length < content.processes.length;
  const expected = `a configured provider: ${rules.known.join(', ')}`;
  const faults: Unplaced[] = wrong.map(({ path, name }) => {
    return { path, place: path, found: `the string ${JSON.stringify(name).slice(0, 60)}`, expected };
  });
  if (unnamed) {
    const found = 'nothing, and no default provider is configured';
    faults.push({ path: ['provider'], place: [], found, expected });
  }
  if (faults.length === 0)
    faults.push(...content.processes.flatMap((process, index) => unfit(process, index, rules, providers[index])));
  if (faults.length === 0) return { ok: true, providers };

  const placeOf = findPlaces(
    new TextDecoder().decode(bytes),
    faults.map(({ place }) => place),
  );
  return {
    ok: false,
    faults: faults.map(({ path, place, found, expected }) => {
      return { ...(placeOf(place) ?? start), path: formatPath(path), found, expected };
    }),
  };
}

interface Unplaced {
  path: JsonPath;
  /** Where the value begins that the fault is told at. */
  place: JsonPath;
  found: string;
  expected: string;
}

/** A process that its provider could not launch, for want of what it takes. */
function unfit(process: Process, index: number, { takes }: ProviderRules, provider = ''): Unplaced[] {
  const missed = missedBy(process, takes?.[provider] ?? 'images');
  if (!missed) return [];
  const { key, expected } = missed;
  const given = key === 'inputs' ? process.inputs : process.processGraph;
  const path = ['processes', index, key];
  const place = given ? path : path.slice(0, -1);
  // Mostly it is the file that lies in the wrong folder.
  const others = Object.keys(takes ?? {}).filter((name) => !missedBy(process, takes?.[name] ?? 'images'));
  const instead = others.length > 0 ? `; or as its provider ${others.join(' or ')}` : '';
  const found = given ? 'an object' : 'nothing';
  return [{ path, place, found, expected: `${expected} (provider ${provider})${instead}` }];
}
