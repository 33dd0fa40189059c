import { useAnswer } from '../api/answering.ts';
import type { BatchPage, Providers } from '../api/answers.ts';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { WhyNoButtons } from '../session/session.tsx';
import { many } from '../words/words.ts';
import { BatchRow } from './batch-row.tsx';
import { DropPlace } from './drop-place.tsx';
import { headline, headlineTitle } from './headline.ts';
import { ProviderRow } from './provider-row.tsx';
import { UnderWay } from './under-way.tsx';

export function OverviewPage() {
  const batches = useAnswer<BatchPage>('/batches?limit=50');
  const providers = useAnswer<Providers>('/providers');
  useTitle(headlineTitle(batches.data, providers.data));
  const error = batches.error ?? providers.error;
  if (error && (!batches.data || !providers.data)) {
    const retry = () => void Promise.all([batches.refetch(), providers.refetch()]);
    return <Trouble error={error} onRetry={retry} />;
  }
  if (!batches.data || !providers.data) return <Waiting what="Reading the ledger" />;
  const { items, total } = batches.data;
  return (
    <DropPlace isEmpty={items.length === 0} title={headline(batches.data, providers.data)}>
      <WhyNoButtons to="add a batch, pause a provider or redrive a task" />
      <UnderWay />
      <div className="two-columns">
        <section aria-labelledby="batches-title">
          <h2 id="batches-title">
            Batches <small>{total > items.length ? `the newest ${items.length} of ${total}` : ''}</small>
          </h2>
          <ul className="rows">
            {items.map((batch) => (
              <BatchRow key={batch.id} batch={batch} />
            ))}
          </ul>
        </section>
        <section aria-labelledby="providers-title">
          <h2 id="providers-title">
            Providers <small>{many(providers.data.items.length, 'account')}</small>
          </h2>
          <ul className="rows">
            {providers.data.items.map((provider) => (
              <ProviderRow key={provider.name} provider={provider} />
            ))}
          </ul>
        </section>
      </div>
    </DropPlace>
  );
}
