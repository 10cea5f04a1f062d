// Back from paying: a word of thanks where the appeal stood, nobody is asked again, and the address is as it was before.
import { closeButton, h, look, sheet } from './appeal.js';
import * as screen from './prompts.js';

const { backToReading, gently, shown, wordsFor } = screen;
const FRAGMENT = /^#keepopen-thanks/;

export default async (app) => {
  app.say('returned', {});
  const isHere = FRAGMENT.test(location.hash);
  if (isHere) {
    app.receipt ??= location.hash.split('=')[1];
    history.replaceState(history.state, '', location.href.split('#')[0]);
  } else if (app.returned !== app.view) return; // the reader reads something else by now
  app.screen ??= screen; // a new view clears it
  for (const { prompt, remove } of shown.values()) if (prompt.kind !== 'gate') remove();
  const entry = { prompt: {}, remove: (isNewView) => isNewView && shown.delete('thanks') };
  shown.set('thanks', entry); // while they stand nobody is asked
  const host = document.querySelector('keep-open[placement=article_top], keep-open[placement]:not(.keepopen-own)');
  if (!host) return;
  const word = await wordsFor(app, app.facts.language || document.documentElement.lang || 'en');
  if (shown.get('thanks') !== entry) return;
  const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
  const empty = () => gently(host, () => root.replaceChildren(h('slot')));
  entry.remove = (isNewView) => isNewView && shown.delete('thanks') && empty();
  const leave = () => { empty(); backToReading(host); };
  const node = h('section', { class: 'root appeal dismissible', part: 'thanks', 'aria-labelledby': 'heading', lang: word.language, dir: word.direction },
    h('h2', { id: 'heading', part: 'heading' }, word('thanks_heading')), closeButton(word, leave),
    h('p', { class: 'subheading', role: 'status' }, word('thanks_text')));
  root.adoptedStyleSheets = sheet(look);
  gently(host, () => root.replaceChildren(node));
};
