// Runs on the server: prints what the page has before any script. There is no window there.

import { renderToString } from 'react-dom/server';
import { FrontDesk } from '@frontdesk/widget/react';
import { FrontDesk as VueFrontDesk } from '@frontdesk/widget/vue';
import '@frontdesk/widget/element';

if (typeof window !== 'undefined' || !FrontDesk || !VueFrontDesk) throw new Error('this is no server');
globalThis.window = { told: [] };
const { app } = await import('./app.jsx');
delete globalThis.window;
process.stdout.write(renderToString(app));
