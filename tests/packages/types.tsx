// Compiles only where the types of the package are right.

import { create, type Instance, type State } from '@frontdesk/widget';
import { FrontDeskElement } from '@frontdesk/widget/element';
import { FrontDesk } from '@frontdesk/widget/react';
import { FrontDesk as VueFrontDesk } from '@frontdesk/widget/vue';
import type { Commands, PlaceCallError } from '@frontdesk/widget';
import { createRef } from 'react';
import { h } from 'vue';

const instance: Instance = create({ origin: 'https://desk.example', desk: 'shop', mode: 'inline', target: document.body, sound: true });
const undo: () => void = instance.on('queue', ({ place, waiting }) => `${place?.toFixed()} ${waiting.valueOf()}`);
undo();
instance.once('call', ({ stage, media }) => stage === 'talking' && media === 'video');
instance.off('unread');
instance.update({ theme: 'dark', pageTitle: 'off', texts: { title: 'Ask Mia' } });
const placed: Promise<void> = instance.placeCall({ called: '+86 138 0013 8000', data: 'order 7' });
placed.catch(({ code }: PlaceCallError) => code === 'microphone_denied');
const state: State = instance.getState();
const name: string | null | undefined = state.agent?.name;

// @ts-expect-error: a desk does not change
instance.update({ desk: name });
// @ts-expect-error: a number may begin with + or 0
instance.placeCall({ called: 8012 });
// @ts-expect-error: there is no such theme
instance.setTheme('pink');
// @ts-expect-error: there is no such event
instance.on('quue', () => {});
// @ts-expect-error: nothing without a desk
create({ origin: 'https://desk.example' });

const element: FrontDeskElement = document.createElement('front-desk');
element.theme = 'light';
element.sound = true;
element.addEventListener('frontdesk:unread', ({ detail }) => detail.count.toFixed());
element.open({ view: 'call', media: 'video' });
element.hidden = true;
element.consent = 'required';
element.privacy = '/privacy/';
element.page = 'off';
element.notifications = true;
element.identity = null;
element.identify({ token: 'eyJ' });
element.setAttributes({ plan: 'gold', old: null });
element.requestNotifications();
element.logout();

const commands = createRef<Commands>();
export const page = (
  <FrontDesk ref={commands} origin="https://desk.example" desk="shop" className="place" onConversationStarted={() => commands.current?.close()}
    onUnread={({ count }) => count.toFixed()} />
);
// @ts-expect-error: a desk is needed
export const lacks = <FrontDesk origin="https://desk.example" />;
export const vue = h(VueFrontDesk, { origin: 'https://desk.example', desk: 'shop', theme: 'auto' });
