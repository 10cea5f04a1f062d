// The only shape that interrupts: a modal dialog. The text behind it is hidden only while it stands, and only where the page says which.
import { closeButton, foot, h, heading, sheet, text, ticker } from './appeal.js';

export const style = `
.gate { width: min(40em, 100% - 2em); max-width: none; max-height: min(92%, 60em); margin: auto; padding: clamp(1.25em, 4vw, 2.25em); border: 0; border-block-start: 4px solid var(--bright); border-radius: var(--round); overflow: auto; overscroll-behavior: contain; box-shadow: 0 8px 40px rgb(0 0 0 / .3); }
.gate::backdrop { background: rgb(0 0 0 / .55); }
.sign-in { display: inline-block; margin-top: 1.2em; padding: .7em 1.4em; border-radius: var(--round); background: var(--accent); color: var(--on); font-weight: 700; text-decoration: none; }
@media (max-height: 26em) { .gate { max-height: 100%; width: 100%; } }
@media (forced-colors: active) { .gate, .sign-in { border: 2px solid CanvasText; } }
`;

// Which part is paid for, as the page itself tells search engines: https://schema.org/hasPart with a cssSelector.
const paidParts = (app) => app.attribute('gated')
  || [app.data.hasPart].flat().filter((part) => part && /false/i.test(part.isAccessibleForFree)).map((part) => part.cssSelector).filter(Boolean).join(', ');

const signIn = (app, { copy }) => {
  const address = app.attribute('sign_in');
  return address && h('a', { class: 'sign-in', part: 'button', href: new URL(address, location.href).href }, copy.button);
};

export const build = (prompt, tools) => {
  const { word, dismiss, app } = tools;
  const isOpen = prompt.is_dismissible;
  const opener = document.activeElement;
  const dialog = h('dialog', { class: `root gate${isOpen ? ' dismissible' : ''}`, part: 'gate', 'aria-labelledby': 'heading', closedby: isOpen ? 'closerequest' : 'none',
    oncancel: (event) => { event.preventDefault(); if (isOpen) dismiss(); },
    onclose: () => { if (dialog.isConnected) isOpen ? dismiss() : dialog.showModal(); } },
  heading(prompt), isOpen && closeButton(word, dismiss), text(prompt), ticker(prompt, word),
  prompt.gate?.type === 'registration' ? signIn(app, prompt) : tools.form,
  foot(prompt, tools), !isOpen && h('p', { class: 'footnote' }, h('a', { href: new URL('/', location.href).href }, word('front_page'))));
  if (opener && opener !== document.body) dialog.opener = opener;
  dialog.enter = () => {
    const selector = app.answer.access?.state === 'gated' && paidParts(app);
    const hidden = selector && CSS.supports(`selector(${selector})`) ? sheet(`:is(${selector}) { visibility: hidden !important; }`) : [];
    const taken = new ResizeObserver(() => { if (!dialog.isConnected) dialog.leave(); }); // a page that removes it shows its text again
    dialog.leave = () => {
      taken.disconnect();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => !hidden.includes(one));
    };
    dialog.showModal();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...hidden];
    dialog.querySelector('h2').focus();
    taken.observe(dialog);
  };
  return dialog;
};
