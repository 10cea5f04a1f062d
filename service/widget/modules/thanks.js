// A reader who is back from paying is thanked where the appeal stood and not asked again. The address loses its mark.
import * as parts from './appeal.js';
import * as screen from './prompts.js';
import { backToReading } from './reports.js';

const { changeSmoothly, closeButton, element, empty, enterPlace, frameOf, look } = parts;
const { placeFor, shadowOf, styleSheet, wordsFor } = parts;
// The mark is the fragment, or the end of one that is a route.
const MARK = /[#?&]keepopen-thanks(?:=(.*))?$/;

export default async (app) => {
  app.emit('returned', {});
  const mark = MARK.exec(location.hash);
  if (mark) {
    app.receipt ??= mark[1];
    history.replaceState(history.state, '', location.href.replace(MARK, ''));
  } else if (app.returnedView !== app.view) return; // The reader reads something else by now.
  // A new view clears the thanks.
  app.screen ??= screen;
  const { shown } = screen;
  for (const { prompt, remove } of shown.values()) if (prompt.kind !== 'gate') remove();
  // While this entry is there no appeal is drawn.
  const entry = { prompt: {}, remove: (isNewView) => isNewView && shown.delete('thanks') };
  shown.set('thanks', entry);
  const host = placeFor('article_top') || placeFor('article_end');
  if (!host) return;
  const word = await wordsFor(app, app.facts.language || document.documentElement.lang || 'en');
  if (shown.get('thanks') !== entry) return;
  const root = shadowOf(host);
  const remove = () => changeSmoothly(host, () => empty(root));
  entry.remove = (isNewView) => isNewView && shown.delete('thanks') && remove();
  const close = () => { remove(); backToReading(host); };
  const node = element('section', {
    class: 'root appeal dismissible waiting', part: 'thanks', 'aria-labelledby': 'heading',
    lang: word.language, dir: word.direction,
  }, element('h2', { id: 'heading', part: 'heading' }, word('thanks_heading')), closeButton(word, close),
  element('p', { class: 'subheading', role: 'status' }, word('thanks_text')));
  root.adoptedStyleSheets = [styleSheet(look)];
  root.append(frameOf(node, host));
  enterPlace(host, root, node);
};
