// Back from paying: a word of thanks where the appeal stood, nobody is asked again, and the address is as it was before.
import { closeButton, h, look, sheet } from './appeal.js';
import * as screen from './prompts.js';

const { articleText, backToReading, empty, frameOf, gently, hostFor, shadowOf, shown, stand, wordsFor } = screen;
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
  const host = hostFor('article_top') || hostFor('article_end');
  if (!host) return;
  const word = await wordsFor(app, app.facts.language || document.documentElement.lang || 'en');
  if (shown.get('thanks') !== entry) return;
  const root = shadowOf(host);
  const remove = () => gently(host, () => empty(root));
  entry.remove = (isNewView) => isNewView && shown.delete('thanks') && remove();
  const leave = () => { remove(); backToReading(host); };
  const node = h('section', { class: 'root appeal dismissible waiting', part: 'thanks', 'aria-labelledby': 'heading', lang: word.language, dir: word.direction },
    h('h2', { id: 'heading', part: 'heading' }, word('thanks_heading')), closeButton(word, leave),
    h('p', { class: 'subheading', role: 'status' }, word('thanks_text')));
  root.adoptedStyleSheets = sheet(look);
  root.append(frameOf(node, articleText(host)));
  stand(host, root, node);
};
