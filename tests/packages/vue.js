// A page of Vue.

import { createApp, h, reactive, ref } from 'vue';
import { FrontDesk } from '@frontdesk/widget/vue';
import { desk, keep } from './page.js';

createApp({
  setup() {
    const shown = ref(true);
    const title = ref('Ask us');
    const inline = ref(false);
    // What `reactive` gives is a Proxy, which no message can carry.
    const texts = reactive({ welcome_title: 'Good day to you' });
    const widget = ref(null);
    const on = {
      onReady: keep('ready'), onOpened: keep('opened'), onClosed: keep('closed'), onConversationStarted: keep('conversation-started'),
    };
    return () => [
      h('h1', 'Vue'),
      h('button', { id: 'mount', onClick: () => (shown.value = !shown.value) }, 'Mount'),
      h('button', { id: 'rename', onClick: () => (title.value = 'Ask Mia') }, 'Rename'),
      h('button', { id: 'inline', onClick: () => (inline.value = !inline.value) }, 'Inline'),
      h('button', { id: 'greet', onClick: () => (texts.welcome_title = 'Good evening to you') }, 'Greet'),
      h('button', { id: 'open', onClick: () => widget.value.open() }, 'Open'),
      shown.value &&
        h(FrontDesk, { ...desk, ...on, ref: widget, class: 'place', texts, title: title.value, mode: inline.value ? 'inline' : 'bubble' }),
    ];
  },
}).mount('#root');
