// A page with elements: a button in the corner, and a panel inside the page.

import '@frontdesk/widget/element';
import { keep } from './page.js';

for (const element of document.querySelectorAll('front-desk')) {
  for (const name of ['ready', 'opened', 'closed']) {
    element.addEventListener(`frontdesk:${name}`, ({ detail }) => keep(`${element.id} ${name}`)(detail));
  }
}
