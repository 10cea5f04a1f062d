// The places in the page: which one is used, what surrounds it, and how a prompt comes and goes without a jump.
import { element, hostStyle, styleSheet } from './appeal.js';

export const isOwn = (host) => host.matches('.keepopen-own');
export const isInText = (host) => host.matches('[placement^=article]');
const isRendered = (node) => node.getClientRects().length > 0
  && (node.checkVisibility?.({ checkVisibilityCSS: true, visibilityProperty: true }) ?? true);

// A theme may hold a place twice, for phones and for desktops: the rendered place is used. Banners and gates need none.
export const placeFor = (placement) => {
  const places = [...document.querySelectorAll(`keep-open[placement="${CSS.escape(placement)}"]`)];
  const isOverlay = /page_bottom|over_article/.test(placement);
  return places.find(isRendered) || places[0]
    || (isOverlay && element('keep-open', { placement, class: 'keepopen-own' }));
};

// The fallback content of a place is visible until an appeal replaces it, and again when the appeal is gone.
export const shadowOf = (host) => {
  if (!host.shadowRoot) host.attachShadow({ mode: 'open' }).append(element('slot'));
  return host.shadowRoot;
};

export const empty = (root) => {
  root.replaceChildren(element('slot'));
  root.adoptedStyleSheets = [];
};

// The longest paragraph of running text beside the place, or beside the nearest element around it.
const NO_RUNNING_TEXT = 'blockquote, figure, aside, header, footer, nav';
export const articleText = (host) => {
  for (let around = host.parentElement; around; around = around.parentElement) {
    const paragraphs = [...around.querySelectorAll('p')].filter((paragraph) => paragraph.textContent.trim()
      && !paragraph.closest(NO_RUNNING_TEXT) && isRendered(paragraph));
    const length = Math.max(...paragraphs.map((paragraph) => paragraph.textContent.length));
    if (paragraphs.length) return paragraphs.find((paragraph) => paragraph.textContent.length === length);
    if (around.matches('article, main')) break;
  }
  return host.parentElement;
};

const LEAST_FONT_PIXELS = 10;
const MOST_FONT_PIXELS = 32;
export const frameOf = (node, text) => {
  const frame = element('div', { class: 'frame' }, node);
  if (text) {
    const { fontFamily, fontSize } = getComputedStyle(text);
    const pixels = parseFloat(fontSize);
    frame.style.fontFamily = fontFamily;
    if (pixels >= LEAST_FONT_PIXELS && pixels <= MOST_FONT_PIXELS) frame.style.fontSize = fontSize;
  }
  return frame;
};

export const LEAST_WIDTH_PIXELS = 240;
const MOST_SCREENS = 3;
// A phone that lies on its side has a low screen, which is no reason to show nothing.
const LEAST_SCREEN_PIXELS = 800;

const misfitOf = (host, node) => {
  if (!isRendered(host)) return 'hidden';
  if (!isInText(host)) return false;
  if (node.offsetWidth < LEAST_WIDTH_PIXELS) return 'too_narrow';
  return node.offsetHeight > MOST_SCREENS * Math.max(innerHeight, LEAST_SCREEN_PIXELS) && 'too_high';
};

// Shows what was measured. If it does not fit its place, the place is as before, and the reason is returned.
export const enterPlace = (host, root, node) => {
  let misfit;
  const enter = () => {
    root.adoptedStyleSheets.push(styleSheet(hostStyle));
    node.classList.remove('waiting');
    node.style.width = '';
    root.querySelector('slot').remove();
    misfit = misfitOf(host, node);
    if (misfit) isOwn(host) ? host.remove() : empty(root);
  };
  isOwn(host) ? enter() : changeSmoothly(host, enter);
  return misfit;
};

const elementsBelow = (host) => {
  const found = [];
  for (let node = host; node && node !== document.body; node = node.parentElement) {
    for (let next = node.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
  }
  return found;
};

// Changes the page without a jump: what the change moves is held where it was by a transform and then let go.
export const changeSmoothly = (host, change) => {
  const before = elementsBelow(host).map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.height && box.top < innerHeight && box.bottom > 0);
  change();
  const isReduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const timing = isReduced ? { duration: 40, easing: 'steps(1, end)' }
    : { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' };
  for (const [node, { left, top }] of before) {
    const box = node.getBoundingClientRect();
    if (left === box.left && top === box.top) continue;
    const transform = `translate(${left - box.left}px, ${top - box.top}px)`;
    node.animate([{ transform }, { transform: 'none' }], timing);
  }
};

// Focus goes back to the heading of what is being read, not to the top of the page.
export const backToReading = (host) => {
  const heading = host.closest('article,main')?.querySelector('h1,h2')
    || document.querySelector('h1') || document.querySelector('main') || document.body;
  if (!heading.hasAttribute('tabindex')) {
    heading.setAttribute('tabindex', '-1');
    heading.addEventListener('blur', () => heading.removeAttribute('tabindex'), { once: true });
  }
  heading.focus({ preventScroll: true });
};
