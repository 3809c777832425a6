// /frontdesk.js: always the newest. Its second file comes with the first use.

import { begin } from './tag.js';

// The number is that of what the two files say to each other: a page that was opened before the desk was renewed still finds
// the file that it can talk to. A browser may keep in mind that an address failed.
begin((origin, again) => import(`${origin}/frontdesk-1.js${again ? `?${again}` : ''}`));
