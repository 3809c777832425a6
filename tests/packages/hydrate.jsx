import { hydrateRoot } from 'react-dom/client';
import { app } from './app.jsx';
import { keep } from './page.js';

hydrateRoot(document.getElementById('root'), app, { onRecoverableError: (error) => keep('differs')(error.message) });
