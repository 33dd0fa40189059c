import { type BatchContent, batchIdOf, type Fault } from '@nightpass/core';
import {
  chooseProviders,
  createKeptAnswers,
  type Preflight,
  type ProviderRules,
  preflight,
  type Sample,
  type Told,
  type Unasked,
  unansweredBy,
} from '@nightpass/engine';
import { takesOf } from '@nightpass/providers';
import { type AskedProvider, openProvider } from './asking-provider.ts';
import type { Installation } from './installation.ts';
import { troubleOf } from './platform-trouble.ts';

/** Asks the platforms that a batch file names, as the inbox would before it takes the file. */
export interface OnlineChecker {
  /** @param folder the provider whose folder of the inbox it is meant for */
  check(file: OnlineFile, folder: string | undefined): Promise<OnlineCheck>;
  close(): Promise<void>;
}

export interface OnlineFile {
  content: BatchContent;
  contentHash: string;
  bytes: Uint8Array;
}

export interface OnlineCheck {
  faults: Fault[];
  faultCount: number;
  tasksChecked: number;
  /** Providers that were not asked, or not about all: with why, and what to do. */
  warnings: { provider: string; reason: string; mend: string | undefined }[];
}

export function createOnlineChecker(installation: Installation): OnlineChecker {
  const { config } = installation;
  const rules: ProviderRules = {
    known: Object.keys(config.providers),
    default: config.defaultProvider,
    takes: takesOf(config.providers),
  };
  const opened = new Map<string, AskedProvider>();
  const kept = createKeptAnswers({});

  /** @throws where its secrets are not there */
  function providerOf(name: string): AskedProvider {
    const provider = opened.get(name) ?? openProvider(installation, name);
    opened.set(name, provider);
    return provider;
  }

  async function ask(sample: Sample): Promise<Told> {
    const known = kept.find(sample, performance.now());
    if (known) return known;
    const told = await askNow(sample);
    kept.keep(sample, told, performance.now());
    return told;
  }

  async function askNow({ provider, task }: Sample): Promise<Told> {
    let asked: AskedProvider;
    try {
      asked = providerOf(provider);
    } catch (error) {
      return { kind: 'unasked', because: 'platform', reason: (error as Error).message };
    }
    const { catalogue } = asked.adapter;
    if (!catalogue) return { kind: 'noCatalogue' };
    const answer = await catalogue.check(task, await asked.call());
    return answer.kind === 'fits' || answer.kind === 'unfit' ? answer : unansweredBy(answer);
  }

  return {
    async check({ content, contentHash, bytes }, folder) {
      const choice = chooseProviders(content, rules, folder, bytes);
      if (!choice.ok) return { faults: choice.faults, faultCount: choice.faults.length, tasksChecked: 0, warnings: [] };
      const batch = { id: batchIdOf(contentHash), content, providers: choice.providers, bytes };
      return checkOf(installation, await preflight(batch, ask));
    },
    async close() {
      await Promise.all([...opened.values()].map(({ adapter }) => adapter.close()));
    },
  };
}

function checkOf({ config }: Installation, found: Preflight): OnlineCheck {
  const { faults, faultCount, checked, unasked, withoutCatalogue } = found;
  const warningOf = ({ provider, reason, failure }: Unasked) => {
    const entry = config.providers[provider];
    if (!entry || !failure) return { provider, reason, mend: undefined };
    const { message, mend } = troubleOf(provider, entry, failure);
    return { provider, reason: message, mend };
  };
  const noList = (provider: string) => {
    const reason = `a ${config.providers[provider]?.kind} has no list of what it can launch`;
    return { provider, reason, mend: undefined };
  };
  const warnings = [...unasked.map(warningOf), ...withoutCatalogue.map(noList)];
  return { faults, faultCount, tasksChecked: checked, warnings };
}
