// A banner at the foot of the window. It steps aside for what has the focus, and for parts of the page that must
// never be covered.
import { closeButton, element, foot, heading, styleSheet, text } from './appeal.js';

export const style = `
.banner {
  position: fixed; z-index: var(--keepopen-z-index, 2147483000); inset-inline: 0; inset-block-end: 0;
  max-height: min(72%, 38em); overflow: auto; overscroll-behavior: contain;
  padding: 1.25em max(1.25em, calc(50% - 36em));
  border-block-start: 3px solid var(--bright); box-shadow: 0 -2px 18px rgb(0 0 0 / .14);
}
.banner h2 { font-size: 1.35em; }
.banner .text { margin-top: .7em; font-size: 1em; }
.banner .open { margin-top: 1.1em; }
.banner .actions { max-width: 40em; }
@media (min-width: 60em) {
  .inner { display: grid; grid-template-columns: 1fr auto; gap: 0 3.5em; align-items: center; }
  .inner.is-open { grid-template-columns: 1fr 1fr; }
  .actions { display: grid; }
  .actions .links { flex-direction: column; gap: .2em; }
  .actions form { margin-top: 0; }
}
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.aside { visibility: hidden; transform: translateY(102%); }
@media (prefers-reduced-motion: no-preference) { .banner { transition: transform .22s ease-out, visibility .22s; } }
@media (max-height: 26em) { .banner { position: relative; max-height: none; } }
@media (forced-colors: active) { .banner { border-block-start: 2px solid CanvasText; } }
`;

const PATIENCE_MILLISECONDS = 6000;
// Comments and consent tools of the commonest systems, and editors' bars.
const KEEP_CLEAR = '[data-keep-clear], #comments, .comments, .wp-block-comments, .comments-area, #respond,'
  + '.gh-comments, #ghost-comments-root, #disqus_thread, #coral_thread, [data-comments], #onetrust-banner-sdk,'
  + '#CybotCookiebotDialog, #usercentrics-root, #didomi-host, .qc-cmp2-container, [id^=sp_message_container],'
  + '.cc-window, #cookie-law-info-bar,'
  + '.cmplz-cookiebanner, .cky-consent-container, #iubenda-cs-banner, #tarteaucitronRoot, .klaro, .osano-cm-window,'
  + '#axeptio_overlay, #BorlabsCookieBox, #moove_gdpr_cookie_info_bar, #cookie-notice, [aria-label*=consent i],'
  + 'wagtail-userbar, .sf-toolbar';
// A bar at the foot of the window that is lower than this is no reason to step aside: the banner rests on it.
const HIGHEST_BAR_SHARE = 0.2;

const overlaps = (box, other) =>
  box.bottom > other.top && box.top < other.bottom && box.right > other.left && box.left < other.right;
const isFixed = (panel) => getComputedStyle(panel).position === 'fixed';

const fixedAround = (node) => {
  for (let around = node; around; around = around.parentElement) {
    if (/fixed|sticky/.test(getComputedStyle(around).position)) return around;
  }
  return null;
};

// How high what the page itself has fixed to the foot of the window is there: tab bars, chat buttons, consent bars.
const footHeight = (host) => {
  const tops = [0.03, 0.25, 0.5, 0.75, 0.97].flatMap((share) =>
    document.elementsFromPoint(innerWidth * share, innerHeight - 12).filter((node) => node !== host).map(fixedAround)
      .filter(Boolean).map((node) => node.getBoundingClientRect().top));
  return innerHeight - Math.min(innerHeight, ...tops);
};

// Pages like applications scroll in a box of their own, which has to end above the banner.
const boxBehind = (host) => {
  let node = document.elementsFromPoint(innerWidth / 2, innerHeight / 2).find((found) => found !== host);
  while (node && node !== document.body) {
    if (/auto|scroll/.test(getComputedStyle(node).overflowY) && node.scrollHeight > node.clientHeight) return node;
    node = node.parentElement;
  }
  return null;
};

// Gives the box room at its end, and takes it back from the box before. `room` 0 takes it back only.
const makeRoomInside = (host) => {
  let box, before, padding;
  return (room) => {
    const now = room ? box?.isConnected ? box : boxBehind(host) : null;
    if (box && box !== now) box.style.paddingBlockEnd = before;
    if (now && now !== box) {
      before = now.style.paddingBlockEnd;
      padding = parseFloat(getComputedStyle(now).paddingBottom) || 0;
    }
    box = now;
    if (!box) return;
    const covered = box.getBoundingClientRect().bottom - innerHeight + room;
    box.style.paddingBlockEnd = `${padding + Math.min(room, Math.max(0, covered))}px`;
  };
};

// Keeps the panel off the focused element and off what `selector` finds. Returns a function that stops it.
const stepAside = (app, panel, host, selector) => {
  const room = styleSheet('');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, room];
  const padding = parseFloat(getComputedStyle(document.body).paddingBottom) || 0;
  const inTheWay = new Set();
  const makeRoom = makeRoomInside(host);
  let foot = 0;
  const panelBox = () => new DOMRect(0, innerHeight - panel.offsetHeight, innerWidth, panel.offsetHeight);
  const coversFocus = () => {
    const focused = document.activeElement;
    return focused && focused !== host && focused !== document.body
      && overlaps(focused.getBoundingClientRect(), panelBox());
  };
  const update = () => {
    const isBarred = app.isConsentOpen || inTheWay.size > 0 || foot > HIGHEST_BAR_SHARE * innerHeight || coversFocus();
    const isAside = isFixed(panel) && !panel.matches(':focus-within') && isBarred;
    panel.classList.toggle('aside', isAside);
    panel.style.insetBlockEnd = foot && !isAside ? `${foot}px` : '';
  };
  app.updateBanner = update;
  let observer;
  const measure = () => {
    foot = isFixed(panel) ? footHeight(host) : 0;
    const height = isFixed(panel) ? panel.offsetHeight + foot : 0;
    room.replaceSync(height ? `html { scroll-padding-block-end: ${height + 16}px; }
      body { padding-block-end: ${padding + height}px !important; }` : '');
    makeRoom(height);
    observer?.disconnect();
    inTheWay.clear();
    observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) inTheWay[isIntersecting ? 'add' : 'delete'](target);
      update();
    }, { rootMargin: `-${Math.max(0, innerHeight - height)}px 0px 0px 0px` });
    document.querySelectorAll(selector).forEach((node) => observer.observe(node));
    update();
  };
  const size = new ResizeObserver(measure);
  size.observe(panel);
  // Consent bars, comments and chat buttons often come later.
  let timer;
  const arrivals = new MutationObserver(() => { timer ||= setTimeout(() => { timer = 0; measure(); }, 250); });
  const attributeFilter = ['class', 'style', 'hidden'];
  arrivals.observe(document.documentElement, { childList: true, subtree: true, attributeFilter });
  addEventListener('resize', measure);
  addEventListener('scroll', update, { passive: true });
  document.addEventListener('focusin', update);
  return () => {
    makeRoom(0);
    size.disconnect();
    arrivals.disconnect();
    app.updateBanner = null;
    clearTimeout(timer);
    observer?.disconnect();
    removeEventListener('resize', measure);
    removeEventListener('scroll', update);
    document.removeEventListener('focusin', update);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== room);
  };
};

export const build = (prompt, tools) => {
  const { app, host, word, dismiss, loadForm } = tools;
  // The amounts are fetched when they are about to be wanted. If they do not come, the support page has them.
  const late = () => app.pause(PATIENCE_MILLISECONDS).then(() => { throw Error('late'); });
  const showForm = (form) => {
    if (!open.isConnected) return;
    const hadFocus = [host, document.body].includes(document.activeElement);
    open.replaceWith(form);
    inner.classList.add('is-open');
    if (hadFocus) form.querySelector('input')?.focus();
  };
  const goToSupportPage = () => {
    if (open.isConnected) location.assign(`${app.base}support/${encodeURIComponent(app.site)}`);
  };
  const unfold = () => Promise.race([loadForm(), late()]).then(showForm, goToSupportPage);
  const prepare = () => { loadForm().catch(() => {}); };
  const open = element('button', {
    class: 'open', part: 'button', type: 'button', 'aria-expanded': 'false',
    onpointerenter: prepare, onfocus: prepare, onclick: unfold,
  }, prompt.copy.button);
  const note = element('p', { class: 'unseen', role: 'status' });
  const inner = element('div', { class: 'inner' },
    element('div', {}, heading(prompt), text(prompt), tools.goal),
    element('div', { class: 'actions' }, open, foot(prompt, tools)));
  const panel = element('section', {
    class: `root banner${prompt.is_dismissible ? ' dismissible' : ''}`, part: 'banner', 'aria-labelledby': 'heading',
    onkeydown: ({ key }) => { if (key === 'Escape' && prompt.is_dismissible) dismiss(); },
    onfocusin: ({ relatedTarget }) => { if (relatedTarget) panel.opener = relatedTarget; },
  }, inner, prompt.is_dismissible && closeButton(word, dismiss), note);
  panel.enter = () => {
    const { bottom } = panel.getBoundingClientRect();
    // A body with a transform carries along what is fixed inside it.
    const isCarried = isFixed(panel) && Math.abs(bottom - innerHeight) > 40;
    if (isCarried) document.documentElement.append(host);
    const stop = stepAside(app, panel, host, app.attribute('keep_clear') || KEEP_CLEAR);
    const announce = () => { note.textContent = word('banner_note', { heading: prompt.copy.heading }); };
    const timer = setTimeout(announce, 300);
    panel.leave = () => { clearTimeout(timer); stop(); };
  };
  return panel;
};
