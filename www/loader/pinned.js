// /frontdesk-<version>.js: both files in one, for a tag with `integrity`, so that nothing runs in the page but what it names.

import * as instance from './instance.js';
import { begin } from './tag.js';

begin(() => Promise.resolve({ attach: (first) => instance.attach({ ...first, whole: true }) }));
