import type { CSSProperties, ForwardRefExoticComponent, RefAttributes } from 'react';
import type { Commands, Events, Settings } from './index.js';

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${First}${Camel<Capitalize<Rest>>}` : Name;
type Handlers = { [Name in keyof Events as `on${Capitalize<Camel<Name>>}`]?: (detail: Events[Name]) => void };

export interface FrontDeskProps extends Omit<Settings, 'target' | 'hidden'>, Handlers {
  /** With `mode="inline"`: of the `div` that the panel fills. */
  className?: string;
  style?: CSSProperties;
}

/** Through its `ref` an instance can be asked; before it is mounted, nothing happens. */
export const FrontDesk: ForwardRefExoticComponent<FrontDeskProps & RefAttributes<Commands>>;
