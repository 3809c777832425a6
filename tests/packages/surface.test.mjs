// node --test surface.test.mjs : the package as it is installed, without a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const own = (name) => new URL(`node_modules/@frontdesk/widget/${name}`, import.meta.url);

test('importing needs no window, and making an instance says that it does', async () => {
  assert.equal(typeof globalThis.window, 'undefined');
  const { create } = await import('@frontdesk/widget');
  assert.throws(() => create({ origin: 'https://desk.example', desk: 'shop' }), /create needs a browser/);
  const { FrontDeskElement } = await import('@frontdesk/widget/element');
  assert.equal(typeof FrontDeskElement, 'function');
});

test('what is promised is there, and nothing else', async () => {
  const manifest = JSON.parse(readFileSync(own('package.json'), 'utf8'));
  assert.match(manifest.version, /^\d+\.\d+\.\d+$/);
  for (const { types, default: script } of Object.values(manifest.exports)) {
    for (const name of [types, script]) assert.ok(readFileSync(own(name), 'utf8').trim(), name);
  }
  assert.deepEqual(Object.keys(await import('@frontdesk/widget')), ['create']);
});

test('the first part is small, and the other one comes with the first use', () => {
  const loaded = new Map();
  const load = (name) => {
    if (loaded.has(name)) return;
    loaded.set(name, readFileSync(own(name), 'utf8'));
    for (const [, next] of loaded.get(name).matchAll(/(?:from|^import) "\.\/([^"]+)"/gm)) load(next);
  };
  load('index.js');
  const first = [...loaded.values()].join('\n');
  assert.match(first, /import\("\.\/instance-[^"]+"\)/);
  assert.ok(!first.includes('indexedDB'), 'the second part is in the first');
});
