// A gate is a modal dialog, the only shape that interrupts. Text behind it is hidden only while it is open, and only
// the part the page itself names.
import { closeButton, element, foot, heading, styleSheet, text } from './appeal.js';

export const style = `
.gate {
  width: min(40em, 100% - 2em); max-width: none; max-height: min(92%, 60em); margin: auto;
  padding: clamp(1.25em, 4vw, 2.25em); border: 0; border-block-start: 4px solid var(--bright);
  border-radius: var(--round); overflow: auto; overscroll-behavior: contain; box-shadow: 0 8px 40px rgb(0 0 0 / .3);
}
.gate::backdrop { background: rgb(0 0 0 / .55); }
.sign-in {
  display: inline-block; margin-top: 1.2em; padding: .7em 1.4em; border-radius: var(--round);
  background: var(--fill); color: var(--on); font-weight: 700; text-decoration: none;
}
@media (max-height: 26em) { .gate { max-height: 100%; width: 100%; } }
@media (forced-colors: active) { .gate, .sign-in { border: 2px solid CanvasText; } }
`;

// The part that is paid for, as the page tells search engines (https://schema.org/hasPart with a cssSelector), or the
// text of the article in the commonest systems.
const BODIES = ['.entry-content', '.wp-block-post-content', '.gh-content', '[itemprop=articleBody]'];
const paidParts = (app) => app.attribute('gated') || [app.data.hasPart].flat()
  .filter((part) => part && /false/i.test(part.isAccessibleForFree))
  .map((part) => part.cssSelector).filter(Boolean).join(', ')
  || BODIES.find((selector) => document.querySelector(selector));

// How many elements a selector finds, or -1 if it is no selector. `CSS.supports('selector(a, b)')` is false for lists.
const countOf = (selector) => {
  try { return document.querySelectorAll(selector).length; } catch { return -1; }
};

const addressOf = (address) => new URL(address, location.href).href;

const signIn = (app, { copy }) => {
  const address = app.attribute('sign_in');
  return address && element('a', { class: 'sign-in', part: 'button', href: addressOf(address) }, copy.button);
};

export const build = (prompt, tools) => {
  const { word, dismiss, app } = tools;
  const isDismissible = prompt.is_dismissible;
  const opener = document.activeElement;
  const frontPage = element('p', { class: 'footnote' }, element('a', { href: addressOf('/') }, word('front_page')));
  const dialog = element('dialog', {
    class: `root gate${isDismissible ? ' dismissible' : ''}`, part: 'gate', 'aria-labelledby': 'heading',
    closedby: isDismissible ? 'closerequest' : 'none',
    oncancel: (event) => { event.preventDefault(); if (isDismissible) dismiss(); },
    onclose: () => { if (dialog.isConnected) isDismissible ? dismiss() : dialog.showModal(); },
  }, heading(prompt), isDismissible && closeButton(word, dismiss), text(prompt), tools.goal,
  prompt.gate?.type === 'registration' ? signIn(app, prompt) : tools.form,
  foot(prompt, tools), !isDismissible && frontPage);
  if (opener && opener !== document.body) dialog.opener = opener;
  dialog.enter = () => {
    const selector = app.answer.access?.state === 'gated' && paidParts(app);
    const count = selector ? countOf(selector) : -1;
    const rule = count >= 0 ? `:is(${selector}), :is(${selector}) * { visibility: hidden !important; }` : '';
    // The page behind keeps its place: without a scrollbar it would jump.
    const still = 'html { overflow: hidden !important; scrollbar-gutter: stable; }';
    const hidden = [styleSheet(rule + still)];
    app.gate = { selector: selector || null, hides: Math.max(count, 0) };
    // A page that removes the dialog gets its text back.
    const removal = new ResizeObserver(() => { if (!dialog.isConnected) dialog.leave(); });
    dialog.leave = () => {
      removal.disconnect();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !hidden.includes(sheet));
    };
    dialog.showModal();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...hidden];
    dialog.querySelector('h2').focus();
    removal.observe(dialog);
  };
  return dialog;
};
