// A page of React, rendered in the browser or on a server first.

import { StrictMode, useRef, useState } from 'react';
import { FrontDesk } from '@frontdesk/widget/react';
import { desk, keep } from './page.js';

const Page = () => {
  const [shown, setShown] = useState(true);
  const [title, setTitle] = useState('Ask us');
  const [inline, setInline] = useState(false);
  const widget = useRef(null);
  return (
    <main>
      <h1>React</h1>
      <button id="mount" onClick={() => setShown(!shown)}>{shown ? 'Take away' : 'Put there'}</button>
      <button id="rename" onClick={() => setTitle('Ask Mia')}>Rename</button>
      <button id="inline" onClick={() => setInline(!inline)}>{inline ? 'Into the corner' : 'Into the page'}</button>
      <button id="open" onClick={() => widget.current.open()}>Open</button>
      {shown && (
        <FrontDesk
          {...desk} ref={widget} title={title} mode={inline ? 'inline' : 'bubble'} className="place"
          onReady={keep('ready')} onOpened={keep('opened')} onClosed={keep('closed')} onConversationStarted={keep('conversation-started')}
        />
      )}
    </main>
  );
};

export const app = <StrictMode><Page /></StrictMode>;
