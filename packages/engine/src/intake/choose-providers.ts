import type { BatchContent, Fault } from '@nightpass/core';
import { placeOf } from './json-place.ts';

export interface ProviderRules {
  /** Names of the configured ones. */
  known: readonly string[];
  /** Runs what names no provider; undefined where none is chosen. */
  default: string | undefined;
}

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
  const named = [
    { path: 'provider', name: content.provider },
    ...content.processes.map(({ provider }, index) => ({ path: `processes[${index}].provider`, name: provider })),
  ];
  const wrong = named.filter(({ name }) => name !== undefined && !rules.known.includes(name));
  const providers = content.processes.flatMap((process) => process.provider ?? fallback ?? []);
  const unnamed = providers.length < content.processes.length;
  if (wrong.length === 0 && !unnamed) return { ok: true, providers };

  const text = new TextDecoder().decode(bytes);
  const expected = `a configured provider: ${rules.known.join(', ')}`;
  const faults = wrong.map(({ path, name }) => ({
    ...placeOf(text, path),
    path,
    found: `the string ${JSON.stringify(name).slice(0, 60)}`,
    expected,
  }));
  if (unnamed) {
    const found = 'nothing, and no default provider is configured';
    faults.push({ line: 1, column: 1, path: 'provider', found, expected });
  }
  return { ok: false, faults };
}
