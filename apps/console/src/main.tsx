import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ActionsProvider } from './actions/actions-provider.tsx';
import { createAnswers } from './api/answering.ts';
import { startLive } from './api/live.ts';
import { begin, Pages } from './pages.tsx';
import { SessionGate } from './session/session.tsx';
import { Shell } from './shell/shell.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/overview.css';
import './styles/batch.css';
import './styles/tasks.css';
import './styles/dialog.css';
import './styles/access.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
const answers = createAnswers();
begin(answers);
const live = startLive(answers);

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={answers}>
      <SessionGate>
        <ActionsProvider>
          <Shell live={live}>
            <Pages />
          </Shell>
        </ActionsProvider>
      </SessionGate>
    </QueryClientProvider>
  </StrictMode>,
);
