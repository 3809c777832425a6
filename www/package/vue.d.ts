import type { DefineComponent } from 'vue';
import type { Commands, Events, Settings } from './index.js';

type Emits = { [Name in keyof Events]: (detail: Events[Name]) => void };

/** Through its template ref an instance can be asked; before it is mounted, nothing happens. */
export const FrontDesk: DefineComponent<
  Omit<Settings, 'target' | 'hidden'>, Commands, Record<string, never>, Record<string, never>, Record<string, never>,
  Record<string, never>, Record<string, never>, Emits
>;
