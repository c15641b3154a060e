/** Entry of the page: the dashboard, or the sidebar's plan view. */
import '@vscode/codicons/dist/codicon.css';
import '@xyflow/react/dist/base.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/run.css';
import './styles/graph.css';
import './styles/task.css';
import './styles/bill.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { app } from './app.js';
import { Boundary } from './components/boundary.js';
import { Page } from './page.js';
import { followVisibility, refreshNow } from './time.js';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
document.body.classList.toggle('is-sidebar', root.dataset['face'] === 'sidebar');
followVisibility();
app.store.subscribe((state, before) => {
  if (state.snapshot !== before.snapshot) refreshNow();
});
createRoot(root).render(
  <StrictMode>
    <Boundary what="The page">
      <Page face={root.dataset['face'] === 'sidebar' ? 'sidebar' : 'dashboard'} />
    </Boundary>
  </StrictMode>,
);
void app.start();
