// A page that makes an instance itself.

import { create } from '@frontdesk/widget';
import { desk, keep } from './page.js';

/** Another one. */
window.make = () => create(desk);
window.widget = create({ ...desk, title: 'Ask us', pageTitle: false });
for (const name of ['ready', 'opened', 'closed', 'conversation-started']) window.widget.on(name, keep(name));
