import { type BatchContent, type Fault, findPlaces, formatPath, type JsonPath } from '@nightpass/core';

export interface ProviderRules {
  /** Names of the configured ones. */
  known: readonly string[];
  /** Runs what names no provider; undefined where none is chosen. */
  default: string | undefined;
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
  if (wrong.length === 0 && !unnamed) return { ok: true, providers };

  const paths = wrong.map(({ path }) => path);
  const placeOf = findPlaces(new TextDecoder().decode(bytes), paths);
  const expected = `a configured provider: ${rules.known.join(', ')}`;
  const faults = wrong.map(({ path, name }) => ({
    ...(placeOf(path) ?? start),
    path: formatPath(path),
    found: `the string ${JSON.stringify(name).slice(0, 60)}`,
    expected,
  }));
  if (unnamed) {
    const found = 'nothing, and no default provider is configured';
    faults.push({ ...start, path: 'provider', found, expected });
  }
  return { ok: false, faults };
}
