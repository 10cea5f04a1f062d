// Back from paying: a word of thanks where the appeal stood, and the address as it was before.
import { closeButton, h, look, sheet } from './appeal.js';
import { backToReading, gently, wordsFor } from './prompts.js';

export default async (app) => {
  app.receipt ??= location.hash.split('=')[1];
  history.replaceState(history.state, '', location.href.split('#')[0]);
  app.say('returned', {});
  const host = document.querySelector('keep-open[placement=article_top], keep-open[placement]');
  if (!host) return;
  const word = await wordsFor(app, app.facts.language || document.documentElement.lang || 'en');
  const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
  const leave = () => { gently(host, () => root.replaceChildren(h('slot'))); backToReading(host); };
  const node = h('section', { class: 'root appeal dismissible', part: 'thanks', 'aria-labelledby': 'heading', lang: word.language, dir: word.direction },
    h('h2', { id: 'heading', part: 'heading' }, word('thanks_heading')), closeButton(word, leave),
    h('p', { class: 'subheading', role: 'status' }, word('thanks_text')));
  root.adoptedStyleSheets = sheet(look);
  gently(host, () => root.replaceChildren(node));
};
