import { type ReactNode, useMemo, useState, useSyncExternalStore } from 'react';
import { sendJson } from '../api/fetching.ts';
import type { Live } from '../api/live.ts';
import { Link } from '../parts/link.tsx';
import { readStored } from '../parts/stored.ts';
import { mayAs, useSession } from '../session/session.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { usePlace } from './place.ts';
import { useShortcuts } from './shortcuts.ts';
import { chooseTheme, nextTheme, ThemeSwitch } from './theme.tsx';

const pages = [
  { href: '/', name: 'Overview' },
  { href: '/tasks', name: 'Tasks' },
  { href: '/audit', name: 'Audit' },
];
const adminPages = [...pages, { href: '/tokens', name: 'Tokens' }];

/** What stands around every page. */
export function Shell({ live, children }: { live: Live; children: ReactNode }) {
  const { path } = usePlace();
  const [keysShown, setKeysShown] = useState(false);
  useShortcuts(
    useMemo(() => ({ theme: () => chooseTheme(nextTheme(readStored('theme'))), help: () => setKeysShown(true) }), []),
  );
  const session = useSession();
  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      <header className="top">
        <Link className="brand" href="/">
          <img src="/static/mark.svg" alt="" width="24" height="24" />
          Nightpass
        </Link>
        <nav aria-label="Pages">
          {(mayAs(session.role, 'admin') ? adminPages : pages).map(({ href, name }) => (
            <Link key={href} href={href} aria-current={path === href ? 'page' : undefined}>
              {name}
            </Link>
          ))}
          <a href="/queues" title="The queues as they are, in bull-board">
            Queues
          </a>
        </nav>
        <div className="end">
          <LiveSign live={live} />
          <button
            type="button"
            className="quiet icon"
            aria-label="Keys"
            title="Keys (?)"
            onClick={() => setKeysShown(true)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M5.5 6a2.5 2.5 0 1 1 3.7 2.2C8.4 8.7 8 9.2 8 10M8 13h.01" />
            </svg>
          </button>
          <ThemeSwitch />
          <Who />
        </div>
      </header>
      <Lost live={live} />
      <main className="page" id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="foot">
        {session.says && <p>{session.says}</p>}
        <p>
          <a href="/api/v1/docs">API</a> · <a href="/metrics">Metrics</a>
        </p>
      </footer>
      {keysShown && <KeysDialog onClose={() => setKeysShown(false)} />}
    </>
  );
}

const useLive = (live: Live) => useSyncExternalStore(live.subscribe, live.state);

function LiveSign({ live }: { live: Live }) {
  const state = useLive(live);
  const says = { starting: 'connecting', live: 'live', lost: 'not live' }[state];
  return (
    <span className={`live ${state}`}>
      <i aria-hidden="true" />
      {says}
    </span>
  );
}

function Lost({ live }: { live: Live }) {
  const isLost = useLive(live) === 'lost';
  return (
    <div role="status" className="lost-place">
      {isLost && (
        <p className="lost">
          The connection to the board is lost: what is shown may be old. It is tried again every few seconds; launches
          and looks go on without it.
        </p>
      )}
    </div>
  );
}

function Who() {
  const { user, role, signIn, by } = useSession();
  const leave = async () => {
    await sendJson('DELETE', '/session').catch(() => undefined);
    location.assign('/login');
  };
  if (by === 'open') return <span className="who">open to all here</span>;
  return (
    <span className="who">
      <b>{user}</b> {role}
      {signIn && by === 'session' && (
        <button type="button" className="quiet" onClick={() => void leave()}>
          Sign out
        </button>
      )}
    </span>
  );
}
