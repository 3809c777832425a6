// softphone.mjs FOLDER [--dev]: bundles www/call/softphone.js with JsSIP, without the parts of it that are not used, and
// writes the licences of what is in it beside it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const [folder, dev] = process.argv.slice(2);
const ABSENT = ['Message', 'Notifier', 'Options', 'ReferNotifier', 'ReferSubscriber', 'Registrator', 'Subscriber'];
const LICENCES = 'softphone.licences.txt';
const packages = ['jssip', 'sdp-transform', 'events'].map((name) => {
  const place = `node_modules/${name}`;
  const file = readdirSync(place).find((own) => /^licen[cs]e/i.test(own));
  const { version } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  return { title: `${name} ${version}`, text: readFileSync(join(place, file), 'utf8').trim() };
});
const absent = {
  name: 'absent',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
      const own = importer.includes('/node_modules/jssip/') && ABSENT.includes(basename(path));
      return own ? { path: resolve('www/call/absent.cjs') } : undefined;
    }),
};

await build({
  entryPoints: ['www/call/softphone.js'],
  outfile: join(folder, 'softphone.js'),
  bundle: true,
  minify: dev !== '--dev',
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  // A call says nothing on the console.
  drop: ['console'],
  alias: { debug: './www/call/quiet.cjs' },
  plugins: [absent],
  banner: { js: `/* With ${packages.map(({ title }) => title).join(', ')}: see ${LICENCES} */` },
});
writeFileSync(join(folder, LICENCES), packages.map(({ title, text }) => `${title}\n\n${text}\n`).join('\n\n'));
