// <FrontDesk origin="https://desk.example" desk="shop" @unread="({ count }) => …" />

import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from 'vue';
import { create } from './index.js';
import { CHANGEABLE, EVENTS, FIXED, METHODS, changesOf, pick } from './settings.js';

const OWNED = ['on', 'once', 'off', 'destroy'];
const SETTINGS = [...FIXED, ...CHANGEABLE];

/** The component: nothing where the panel is a bubble, and a `div` that it fills with `mode="inline"`. */
export const FrontDesk = defineComponent({
  name: 'FrontDesk',
  // `null`: of any kind, and absent ones stay undefined.
  props: Object.fromEntries(SETTINGS.map((name) => [name, { type: null, default: undefined }])),
  emits: EVENTS,
  setup(props, { emit, expose }) {
    const place = ref(null);
    let instance;
    let made = {};
    const end = () => {
      instance?.destroy();
      instance = undefined;
    };
    const begin = () => {
      made = pick(SETTINGS, props);
      instance = create({ ...made, target: place.value ?? undefined });
      for (const name of EVENTS) instance.on(name, (detail) => emit(name, detail));
    };
    onMounted(begin);
    onBeforeUnmount(end);
    watch(
      () => pick(SETTINGS, props),
      (settings) => {
        if (!instance) return;
        if (FIXED.some((name) => settings[name] !== made[name])) {
          end();
          return begin();
        }
        const changed = changesOf(made, settings);
        made = settings;
        if (changed) instance.update(changed);
      },
      { flush: 'post' },
    );
    const methods = METHODS.filter((name) => !OWNED.includes(name));
    expose(Object.fromEntries(methods.map((name) => [name, (...values) => instance?.[name](...values)])));
    return () => (props.mode === 'inline' ? h('div', { ref: place }) : null);
  },
});
