/** Starts the page: what to talk to is in amplify_outputs.json, beside it. */
import { Amplify } from 'aws-amplify';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './style.css';

const root = createRoot(document.getElementById('root') ?? document.body);
try {
  const response = await fetch(new URL('amplify_outputs.json', document.baseURI));
  if (!response.ok) throw new Error(`status ${response.status}`);
  Amplify.configure(await response.json());
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
} catch (error) {
  root.render(<p role="alert">amplify_outputs.json cannot be read: {String(error)}</p>);
}
