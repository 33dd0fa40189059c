import type { Hold } from '../api/answers.ts';
import { At, Since } from '../parts/moment.tsx';

const says: Record<string, string> = {
  person: 'Paused by a person',
  credentials: 'Credentials refused',
  outage: 'Does not answer',
  quota: 'Takes no more jobs for now',
  'retry-after': 'Asked us to wait',
  window: 'Outside its hours',
};

/** Until when that is so, in words. */
function Until({ hold: { kind, untilMs } }: { hold: Hold }) {
  if (untilMs === undefined) return <>until somebody lifts it</>;
  return (
    <>
      {kind === 'retry-after' || kind === 'window' ? 'until' : 'next try'} <At ms={untilMs} precision="seconds" /> (
      <Since ms={untilMs} />)
    </>
  );
}

export function HoldNote({ hold, provider }: { hold: Hold; provider?: string }) {
  return (
    <p className="note held">
      <b>
        {provider && `${provider}: `}
        {says[hold.kind] ?? `Held (${hold.kind})`}.
      </b>{' '}
      <bdi>{hold.reason}</bdi>
      <small>
        since <At ms={hold.sinceMs} />, <Until hold={hold} />;{' '}
        {hold.stopsLooks ? 'launches and looks wait' : 'launches wait, running jobs are followed'}
      </small>
    </p>
  );
}
