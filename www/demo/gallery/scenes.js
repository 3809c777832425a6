// What happens in each scene of the gallery, in the words of the visitor API.

import { calls } from './calls.js';
import { opened } from './opened.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

let count = 0;
const name = (person) => ({ name: person, avatar: null });
const by = (from, body, more) => ({ message: { id: `m${++count}`, from, body, ...more } });
const fromRobot = (w, body, more) => by({ robot: name(w.robot) }, body, more);
const fromAgent = (w, body, more) => by({ agent: name(w.agent) }, body, more);
const mine = (body, status = 'accepted') => ({ echo: { id: `e${++count}`, body, status } });
const text = (text) => ({ text });
const file = (w, id, kind, size_bytes) => ({ file: { file: id, kind, name: w.files[id] ?? id, size_bytes } });
const withRobot = (w) => ({ contact: { state: 'robot', with: name(w.robot) } });
const withAgent = (w) => ({ contact: { state: 'agent', with: name(w.agent) } });
const queueing = { contact: { state: 'queueing' } };

const t = (text) => ({ text });
const e = (tag, ...nodes) => ({ element: { tag, nodes } });
const rich = (w) => ({
  rich: [
    e('h4', t(w.rich[0])),
    e('ol', e('li', t(w.rich[1]), e('strong', t(w.rich[2]))), e('li', t(w.rich[3])), e('li', t(w.rich[4]))),
    e('table', e('tr', e('th', t(w.rich[5])), e('td', t(w.rich[6]))), e('tr', e('th', t('#10382')), e('td', t('¥ 128')))),
    e('p', { link: { href: 'https://shop.example/returns', nodes: [t(w.here)] } }),
  ],
});

const talk = (scene, w, ...events) => {
  scene.open(opened({ state: 'agent', with: name(w.agent) }));
  scene.events([withAgent(w), fromAgent(w, text(w.hello)), ...events]);
};

const talkRobot = (scene, w, ...events) => {
  scene.open(opened({ state: 'robot', with: name(w.robot) }));
  scene.events([withRobot(w), ...events]);
};

const ended = (reason, more) => (scene, w) => {
  talk(scene, w, mine(text(w.thanks)), { contact: { state: 'ended', reason, ...more } });
};

const survey = (w, questions, labels) => ({
  survey: {
    open: true,
    levels: w.levels.map((label, at) => ({ level: at + 1, label: labels ? label : null })),
    comment_max_chars: 200,
    questions,
  },
});

const press = (...selectors) => (root) => {
  for (const selector of selectors) root.querySelector(selector).click();
};

const moment = () => new Promise((resolve) => setTimeout(resolve, 150));
const LEAVE = '.fd-dock .fd-ways .fd-button:last-child';

/** Asks for what stands at this place of the menu. */
const ask = (nth) => async (root) => {
  press('.fd-menu-place > .fd-icon-button')(root);
  await moment();
  press(`.fd-menu-item:nth-child(${nth})`)(root);
};

/** What happens in each: `play` makes it happen, `after` is what is done by hand. */
export const scenes = {
  starting: { play: (scene) => scene.open(null) },
  welcome: { play: (scene) => scene.open(opened()) },
  'welcome-agents-only': { play: (scene) => scene.open(opened({ state: 'none' }, { robot: false })) },
  refused: {
    play: (scene) => {
      scene.open(null);
      scene.refuse('session', 'desk_unknown');
    },
  },
  connecting: {
    play: (scene, w) => {
      scene.open(opened());
      scene.send(w.question);
    },
  },
  robot: {
    play: (scene, w) =>
      talkRobot(scene, w, mine(text(w.question)), fromRobot(w, rich(w), { choices: w.similar, judgeable: true })),
  },
  'robot-judged': {
    play: (scene, w) => {
      const good = fromRobot(w, text(w.answer), { judgeable: true, choices: w.similar });
      const bad = fromRobot(w, text(w.answer), { judgeable: true });
      talkRobot(scene, w, mine(text(w.question)), good, mine(text(w.similar[0])), bad, { feedback: { message: good.message.id, helpful: true } });
      scene.judge(bad.message.id, false);
    },
  },
  'queue-place': {
    play: (scene, w) => {
      talkRobot(scene, w, mine(text(w.question)), queueing, { queue: { place: 3, wait_ms: 4 * MINUTE } });
    },
  },
  'queue-next': {
    play: (scene, w) => talkRobot(scene, w, mine(text(w.question)), queueing, { queue: { place: 1, wait_ms: 20_000 } }),
  },
  'queue-unknown': { play: (scene, w) => talkRobot(scene, w, mine(text(w.question)), queueing) },
  agent: {
    play: (scene, w) =>
      talkRobot(
        scene, w, mine(text(w.question)), fromRobot(w, text(w.answer)), queueing, withAgent(w), fromAgent(w, text(w.hello)),
        mine(text(w.long)), { receipt: { read: [] } }, fromAgent(w, text(w.link)), fromAgent(w, text('👍')), mine(text(w.thanks)), { typing: { active: true } },
      ),
  },
  'their-files': {
    tall: true,
    play: (scene, w) =>
      talk(
        scene, w, fromAgent(w, file(w, 'bowl', 'image', 182_300)), fromAgent(w, file(w, 'sound', 'audio', 48_200)),
        fromAgent(w, file(w, 'film', 'video', 8_420_000)), fromAgent(w, file(w, 'invoice', 'document', 1_204_000)),
        fromAgent(w, file(w, 'gone', 'image', 4_000)),
      ),
  },
  'their-other-kinds': {
    tall: true,
    play: (scene, w) => {
      const secret = fromAgent(w, text(w.thanks));
      talk(
        scene, w, fromAgent(w, { location: { latitude: 30.65984, longitude: 104.0633, label: w.place } }),
        fromAgent(w, { card: { title: w.card[0], description: w.card[1], url: 'https://shop.example/bowl', image: 'bowl' } }),
        fromAgent(w, { card: { title: w.card[0], description: w.card[1], url: '' } }),
        fromAgent(w, { rich: [{ call: { video: false } }, { call: { video: true, nodes: [t(w.tip)] } }] }),
        fromAgent(w, { hologram: {} }), secret, { recalled: { id: secret.message.id } },
        by({ system: {} }, text(w.notice)), { notice: { code: 'agent_did_not_answer', text: w.notice } },
      );
    },
    after: (root) => root.querySelector('[data-do="call"]').click(),
  },
  'own-kinds': {
    tall: true,
    play: (scene, w) =>
      talk(
        scene, w, mine(file(w, 'tea', 'image', 92_000)), mine(file(w, 'sound', 'audio', 48_200)), mine(file(w, 'invoice', 'document', 1_204_000)),
        mine({ location: { latitude: 30.65984, longitude: 104.0633, label: w.place } }),
        mine({ card: { title: w.card[0], description: w.card[1], url: 'https://shop.example/bowl' } }),
        { receipt: { read: [] } }, mine(text(w.thanks), 'stored_offline'), mine(text(w.question), 'unconfirmed'),
      ),
  },
  'own-states': {
    play: (scene, w) => {
      talk(scene, w);
      scene.send(w.question);
      scene.refuse('messages', 'text_too_long');
      scene.file(w.files.tea, 'image/png', 90_000);
      scene.refuse('files', 'file_type_refused');
      scene.file(w.files.invoice, 'application/pdf', 1_204_000);
      scene.progress(500_000);
      scene.send(w.long);
      scene.send(w.thanks);
    },
  },
  'notice-lines': {
    play: (scene, w) =>
      talk(
        scene, w,
        ...['centre_unreachable', 'centre_reached', 'agent_did_not_answer', 'offline_mode', 'link_not_trusted', 'messages_may_be_missing', 'of_tomorrow'].map((code) => ({ notice: { code } })),
        { gap: { from: 1, to: 2 } },
      ),
  },
  'history-idle': {
    play: (scene, w) => {
      scene.open(opened({ state: 'agent', with: name(w.agent) }, { history: true }));
      scene.events([withAgent(w), fromAgent(w, text(w.hello))]);
    },
  },
  'history-loading': {
    play: (scene, w) => {
      scenes['history-idle'].play(scene, w);
      scene.earlier();
    },
  },
  'history-failed': {
    play: (scene, w) => {
      scenes['history-loading'].play(scene, w);
      scene.fail('history', 4);
    },
  },
  'history-read': {
    play: (scene, w) => {
      scenes['history-loading'].play(scene, w);
      const at = Date.now() - 3 * DAY;
      scene.answer('history', {
        items: [
          { id: 'h1', at_ms: at, body: text(w.earlier) },
          { id: 'h2', at_ms: at + MINUTE, from: { agent: name(w.agent) }, body: text(w.earlierAnswer) },
          { id: 'h3', at_ms: at + DAY, body: text(w.question) },
          { id: 'h4', at_ms: at + DAY + MINUTE, from: { robot: name(w.robot) }, body: rich(w) },
          // The newest is among the events as well.
          { id: `m${count}`, at_ms: Date.now(), from: { agent: name(w.agent) }, body: text(w.hello) },
        ],
        before: null,
      });
    },
  },
  'ended-visitor': { play: ended('visitor') },
  'ended-centre': { play: ended('centre') },
  'ended-queue': { play: ended('queue_timeout') },
  'ended-silence': { play: ended('released') },
  'ended-hours': { play: ended('outside_hours') },
  'ended-offline': { play: ended('centre', { offline: true }) },
  'rating-levels': { play: (scene, w) => talk(scene, w, survey(w, [], false)), after: press('.fd-level:nth-child(4) input') },
  'rating-everything': {
    tall: true,
    play: (scene, w) => talk(scene, w, survey(w, ['satisfaction', 'recommend', 'solved'], true)),
    after: press('.fd-level:nth-child(5) input', '.fd-answers .fd-level:nth-child(9) input'),
  },
  'rating-solved': { play: (scene, w) => talk(scene, w, survey(w, ['solved', 'recommend'], true)) },
  'rating-sent': {
    play: (scene, w) => {
      talk(scene, w, survey(w, [], false));
      scene.rate(5);
    },
  },
  'rating-thanks': {
    play: (scene, w) => {
      scenes['rating-sent'].play(scene, w);
      scene.answer('survey', { status: 'accepted' });
    },
  },
  'rating-failed': {
    play: (scene, w) => {
      scenes['rating-sent'].play(scene, w);
      scene.refuse('survey', 'survey_closed');
    },
  },
  'not-connected': {
    play: (scene) => {
      scene.open(opened());
      scene.connect(true);
      scene.refuse('contact', 'centre_refused');
    },
  },
  'outside-hours': {
    play: (scene) => {
      scene.open(opened());
      scene.connect(true);
      scene.refuse('contact', 'outside_hours');
    },
  },
  'robot-away': {
    play: (scene, w) => {
      scene.open(opened());
      scene.send(w.question);
      scene.refuse('contact', 'robot_unavailable');
    },
  },
  'leave-message': { play: (scene, w) => scenes['outside-hours'].play(scene, w), after: press(LEAVE) },
  'leave-message-wrong': {
    play: (scene, w) => scenes['outside-hours'].play(scene, w),
    after: async (root) => {
      press(LEAVE)(root);
      await moment();
      press('.fd-form .fd-button')(root);
    },
  },
  'message-left': {
    play: (scene, w) => scenes['outside-hours'].play(scene, w),
    after: async (root, scene, w) => {
      press(LEAVE)(root);
      await moment();
      scene.leave(w.number, w.left);
      scene.answer('leave-message', { status: 'accepted' });
    },
  },
  'message-refused': {
    play: (scene, w) => scenes['outside-hours'].play(scene, w),
    after: async (root, scene, w) => {
      press(LEAVE)(root);
      await moment();
      scene.leave('1', w.left);
      scene.refuse('leave-message', 'number_invalid');
    },
  },
  suggestions: {
    play: (scene, w) => {
      talkRobot(scene, w, fromRobot(w, text(w.answer)));
      scene.draft(w.draft);
      scene.wait(2_000);
      scene.answer('suggestions', { suggestions: w.similar });
    },
  },
  'network-away': {
    play: (scene, w) => {
      talk(scene, w);
      scene.send(w.question);
      scene.lose(3);
    },
  },
  'not-receiving': {
    play: (scene, w) => {
      talk(scene, w);
      scene.wait(1_000);
      scene.send(w.question);
      scene.answer('messages', { status: 'accepted', seq: 100 });
      scene.fail('events', 3);
    },
  },
  'not-sending': {
    play: (scene, w) => {
      talk(scene, w);
      scene.wait(1_000);
      scene.events([{ typing: { active: false } }]);
      scene.send(w.question);
      scene.fail('messages', 2);
    },
  },
  'centre-away': {
    play: (scene, w) => {
      talk(scene, w);
      scene.send(w.question);
      scene.refuse('messages', 'centre_unreachable');
    },
  },
  'nothing-kept': {
    play: (scene, w) => {
      talk(scene, w);
      scene.refuseStorage();
      scene.send(w.question);
    },
  },
  menu: { play: (scene, w) => talk(scene, w), after: press('.fd-menu-place > .fd-icon-button') },
  'end-question': { play: (scene, w) => talk(scene, w), after: ask(1) },
  'erase-question': { play: (scene, w) => talk(scene, w), after: ask(2) },
  ...calls,
};
