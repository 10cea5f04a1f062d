// The small print of an appeal: for those who gave, for later, and about counting.
import { h } from './dom.js';
import { report } from './report.js';

const COUNT_FROM = 5;

export const links = (app, prompt, { word }) => {
  const item = (button) => h('li', {}, button);
  const remind = h('button', { class: 'quiet', type: 'button', onclick: async () => {
    const { offer } = await app.load('remind');
    const choices = offer(app, { word, done: () => report(app, prompt, 'dismissed') });
    remind.parentElement.replaceWith(choices);
    choices.querySelector('button').focus();
  } }, word('remind'));
  const read = app.answer.reader?.article_count;
  const stop = h('button', { class: 'quiet', type: 'button', onclick: async () => {
    const { stopCounting } = await app.load('privacy');
    await stopCounting(app);
    const said = h('span', { role: 'status', tabindex: -1 }, word('stopped'));
    stop.parentElement.replaceChildren(said);
    said.focus();
  } }, word('stop_counting'));
  return h('ul', { class: 'links', part: 'links' },
    item(h('a', { href: `${app.base}portal?site=${encodeURIComponent(app.site)}` }, word('already'))), item(remind),
    app.consent !== 'none' && read >= COUNT_FROM && h('li', {}, word.plural('counted', read), ' ', stop));
};
