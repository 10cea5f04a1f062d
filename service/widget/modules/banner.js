// A banner at the foot of the window. It steps aside for whatever has the focus, and for parts of the page that ask for it.
import { closeButton, foot, h, heading, sheet, text, ticker } from './appeal.js';

export const style = `
.banner { position: fixed; z-index: var(--keepopen-z-index, 2147483000); inset-inline: 0; inset-block-end: 0; max-height: min(72%, 38em); overflow: auto; overscroll-behavior: contain; padding: 1.25em max(1.25em, calc(50% - 36em)); border-block-start: 3px solid var(--bright); box-shadow: 0 -2px 18px rgb(0 0 0 / .14); }
.banner h2 { font-size: 1.35em; }
.banner .text { margin-top: .7em; font-size: 1em; }
.banner .open { margin-top: 1.1em; }
.banner .acts { max-width: 40em; }
@media (min-width: 60em) {
  .inner { display: grid; grid-template-columns: 1fr auto; gap: 0 3.5em; align-items: center; }
  .inner.is-open { grid-template-columns: 1fr 1fr; }
  .acts { display: grid; }
  .acts .links { flex-direction: column; gap: .2em; }
  .acts form { margin-top: 0; }
}
.aside { visibility: hidden; transform: translateY(102%); }
@media (prefers-reduced-motion: no-preference) { .banner { transition: transform .22s ease-out, visibility .22s; } }
@media (max-height: 26em) { .banner { position: relative; max-height: none; } }
@media (forced-colors: active) { .banner { border-block-start: 2px solid CanvasText; } }
`;

const PATIENCE_MILLISECONDS = 6000;

const overlaps = (one, other) => one.bottom > other.top && one.top < other.bottom && one.right > other.left && one.left < other.right;

// Keeps the panel off the focused element and off `clear` (a selector); returns how to stop.
const stepAside = (panel, host, clear) => {
  const [room] = sheet('');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, room];
  const padding = parseFloat(getComputedStyle(document.body).paddingBottom) || 0;
  const near = new Set();
  const isBehind = () => {
    const focused = document.activeElement;
    return focused && focused !== host && focused !== document.body && overlaps(focused.getBoundingClientRect(), place());
  };
  const place = () => new DOMRect(0, innerHeight - panel.offsetHeight, innerWidth, panel.offsetHeight);
  const update = () => {
    const isFixed = getComputedStyle(panel).position === 'fixed';
    panel.classList.toggle('aside', isFixed && !panel.matches(':focus-within') && (near.size > 0 || isBehind()));
  };
  const focus = () => update();
  let watch;
  const measure = () => {
    const isFixed = getComputedStyle(panel).position === 'fixed';
    const height = isFixed ? panel.offsetHeight : 0;
    room.replaceSync(height ? `html { scroll-padding-block-end: ${height + 16}px; } body { padding-block-end: ${padding + height}px !important; }` : '');
    watch?.disconnect();
    near.clear();
    watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) near[isIntersecting ? 'add' : 'delete'](target);
      update();
    }, { rootMargin: `-${Math.max(0, innerHeight - height)}px 0px 0px 0px` });
    document.querySelectorAll(clear).forEach((element) => watch.observe(element));
    update();
  };
  const size = new ResizeObserver(measure);
  size.observe(panel);
  addEventListener('resize', measure);
  addEventListener('scroll', focus, { passive: true });
  document.addEventListener('focusin', focus);
  return () => {
    size.disconnect();
    watch?.disconnect();
    removeEventListener('resize', measure);
    removeEventListener('scroll', focus);
    document.removeEventListener('focusin', focus);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== room);
  };
};

export const build = (prompt, tools) => {
  const { app, host, word, dismiss, bring } = tools;
  // The amounts are fetched when they are about to be wanted. If they do not come, the support page has them.
  const late = () => app.breath(PATIENCE_MILLISECONDS).then(() => { throw Error('late'); });
  const unfold = () => Promise.race([bring(), late()]).then((form) => {
    if (!open.isConnected) return;
    const isHere = [host, document.body].includes(document.activeElement);
    open.replaceWith(form);
    inner.classList.add('is-open');
    if (isHere) form.querySelector('input')?.focus();
  }, () => { if (open.isConnected) location.assign(`${app.base}support/${encodeURIComponent(app.site)}`); });
  const soon = () => { bring().catch(() => {}); };
  const open = h('button', { class: 'open', part: 'button', type: 'button', 'aria-expanded': 'false', onpointerenter: soon, onfocus: soon, onclick: unfold }, prompt.copy.button);
  const note = h('p', { class: 'unseen', role: 'status' });
  const inner = h('div', { class: 'inner' }, h('div', {}, heading(prompt), text(prompt), ticker(prompt, word)),
    h('div', { class: 'acts' }, open, foot(prompt, tools)));
  const panel = h('section', { class: `root banner${prompt.is_dismissible ? ' dismissible' : ''}`, part: 'banner', 'aria-labelledby': 'heading',
    onkeydown: ({ key }) => { if (key === 'Escape' && prompt.is_dismissible) dismiss(); },
    onfocusin: ({ relatedTarget: from }) => { if (from) panel.opener = from; } },
  inner, prompt.is_dismissible && closeButton(word, dismiss), note);
  panel.enter = () => {
    const { bottom } = panel.getBoundingClientRect();
    const isCarried = getComputedStyle(panel).position === 'fixed' && Math.abs(bottom - innerHeight) > 40;
    if (isCarried) document.documentElement.append(host); // a transformed body takes along what is fixed in it
    const stop = stepAside(panel, host, app.attribute('keep_clear') || '[data-keep-clear], #comments, .comments');
    const timer = setTimeout(() => { note.textContent = word('banner_note', { heading: prompt.copy.heading }); }, 300);
    panel.leave = () => { clearTimeout(timer); stop(); };
  };
  return panel;
};
