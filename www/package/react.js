// <FrontDesk origin="https://desk.example" desk="shop" onUnread={({ count }) => …} />

import { createElement, forwardRef, useEffect, useImperativeHandle, useRef } from 'react';
import { create } from './index.js';
import { CHANGEABLE, EVENTS, FIXED, METHODS, changesOf, handlerOf, pick } from './settings.js';

const OWNED = ['on', 'once', 'off', 'destroy'];

/** The component: nothing where the panel is a bubble, and a `div` that it fills with `mode="inline"`. */
export const FrontDesk = forwardRef(function FrontDesk(props, ref) {
  const { desk, origin, mode, privacy, className, style } = props;
  const place = useRef(null);
  const instance = useRef(null);
  const made = useRef({});
  const latest = useRef(props);

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const settings = pick([...FIXED, ...CHANGEABLE], latest.current);
    const own = create({ ...settings, target: place.current ?? undefined });
    for (const name of EVENTS) own.on(name, (detail) => latest.current[handlerOf(name)]?.(detail));
    instance.current = own;
    made.current = settings;
    return () => {
      own.destroy();
      instance.current = null;
    };
  }, [desk, origin, mode, privacy]);

  useEffect(() => {
    const settings = pick([...FIXED, ...CHANGEABLE], props);
    const changed = changesOf(made.current, settings);
    made.current = settings;
    if (changed) instance.current?.update(changed);
  });

  useImperativeHandle(ref, () => {
    const methods = METHODS.filter((name) => !OWNED.includes(name));
    return Object.fromEntries(methods.map((name) => [name, (...values) => instance.current?.[name](...values)]));
  }, []);

  return mode === 'inline' ? createElement('div', { ref: place, className, style }) : null;
});
