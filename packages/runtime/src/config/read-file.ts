import { type BaseProviderConfig, baseProviderConfig } from '@nightpass/core';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type ConfigFault, faultAt, faultsOf, type Places } from './config-error.ts';
import { didYouMean } from './did-you-mean.ts';
import { configJsonSchema, type FileConfig, fileSchema, knownNames, type ProviderKinds } from './file-schema.ts';

/** A provider's entry: what every provider has, and the keys of its kind, both checked. */
export type ProviderEntry = BaseProviderConfig & Record<string, unknown>;

export type FileContent = Omit<FileConfig, 'providers'> & { providers: Record<string, ProviderEntry> };

/** Checks the text of a nightpass.yaml whole: either its content, or every fault in it. */
export function readConfigText(
  text: string,
  source: string,
  kinds: ProviderKinds,
): { kind: 'ok'; content: FileContent } | { kind: 'faulty'; faults: ConfigFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const places: Places = { source, document, lines };
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }): ConfigFault => {
      const { line, col } = lines.linePos(pos[0]);
      return { source, line, column: col, path: '', message };
    });
    return { kind: 'faulty', faults };
  }
  const schema = configJsonSchema(kinds);
  const namesAt = (path: readonly PropertyKey[]) => knownNames(schema, path);
  const content: unknown = document.toJS() ?? {};
  const parsed = fileSchema.safeParse(content);
  const faults = parsed.success ? [] : faultsOf(parsed.error.issues, [], places, namesAt);

  const providers: Record<string, ProviderEntry> = {};
  for (const [name, given] of entriesOf(content)) {
    const entry = readEntry(given, ['providers', name], kinds, places, namesAt);
    if (entry.kind === 'ok') providers[name] = entry.entry;
    else faults.push(...entry.faults);
  }
  const names = entriesOf(content).map(([name]) => name);
  const chosen = isObject(content) && typeof content.defaultProvider === 'string' ? content.defaultProvider : undefined;
  if (chosen !== undefined && !names.includes(chosen)) {
    faults.push(faultAt(places, ['defaultProvider'], `no provider has this name${didYouMean(chosen, names)}`, 'value'));
  }
  if (!parsed.success || faults.length > 0) {
    return {
      kind: 'faulty',
      faults: faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
    };
  }
  const only = names.length === 1 ? names[0] : undefined;
  const defaultProvider = chosen ?? only;
  return {
    kind: 'ok',
    content: { ...parsed.data, providers, ...(defaultProvider === undefined ? {} : { defaultProvider }) },
  };
}

function entriesOf(content: unknown): [string, unknown][] {
  return isObject(content) && isObject(content.providers) ? Object.entries(content.providers) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry(
  given: unknown,
  path: readonly PropertyKey[],
  kinds: ProviderKinds,
  places: Places,
  namesAt: (path: readonly PropertyKey[]) => string[],
): { kind: 'ok'; entry: ProviderEntry } | { kind: 'faulty'; faults: ConfigFault[] } {
  const fault = (at: readonly PropertyKey[], message: string) => ({
    kind: 'faulty' as const,
    faults: [faultAt(places, at, message, 'value')],
  });
  if (!isObject(given)) return fault(path, 'must be the settings of a provider: kind, baseUrl, auth …');
  const all = Object.keys(kinds);
  const chosen = typeof given.kind === 'string' && Object.hasOwn(kinds, given.kind) ? kinds[given.kind] : undefined;
  if (!chosen) {
    const hint = typeof given.kind === 'string' ? didYouMean(given.kind, all) : '';
    return fault([...path, 'kind'], `must be one of ${all.join(', ')}${hint.includes('did you') ? hint : ''}`);
  }
  const parsed = chosen.configSchema.safeParse(given);
  if (!parsed.success) return { kind: 'faulty', faults: faultsOf(parsed.error.issues, path, places, namesAt) };
  // Not the file's fault but the kind's, if it fails here: its schema lacks what every provider has.
  return { kind: 'ok', entry: z.looseObject(baseProviderConfig.shape).parse(parsed.data) };
}
