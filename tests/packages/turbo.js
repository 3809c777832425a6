// A website whose pages Turbo swaps.

import '@hotwired/turbo';
import '@frontdesk/widget/element';
import './page.js';
