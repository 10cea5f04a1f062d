// What every prompt is made of: elements, the look, the words, and the place it stands in.
// These share a file because each file is a request.

// An element with attributes, listeners (`onclick`) and children. Text is never read as markup.
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value || value === 0 || value === '') made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
};

export const styleSheet = (text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
};

// The rules for the `<keep-open>` element itself. Its width, margins and position in a grid or flex container stay
// the theme's. Only rules of the page that would hide or distort the appeal are overridden.
const hostStyle = `
:host {
  display: block !important; position: static !important; height: auto !important; max-height: none !important;
  overflow: visible !important; contain: none !important; content-visibility: visible !important;
  visibility: inherit !important; opacity: 1 !important; filter: none !important; transition: none !important;
  transform: none !important; translate: none !important; rotate: none !important; scale: none !important;
  clip: auto !important; clip-path: none !important; mask: none !important;
}
:host(.keepopen-own) {
  all: initial !important; display: block !important; font-family: inherit !important; color-scheme: inherit !important;
}
:host([hidden]) { display: none !important; }
:host([theme=light]) { color-scheme: light !important; }
:host([theme=dark]) { color-scheme: dark !important; }
@media print { :host { display: none !important; } }
`;

// Text first, on a soft tint of the publisher's own colour. Inside the frame nothing of the page applies but the
// font of the text, the colour scheme, and `visibility` if the page hides what is around the place.
export const look = `
.frame { all: initial; display: contents; visibility: inherit; color-scheme: inherit; font-family: inherit; }
* { box-sizing: border-box; }
.root {
  --accent: var(--keepopen-accent, var(--campaign-accent, #0b5563));
  --page: var(--keepopen-page, light-dark(var(--campaign-background, #fff), #161616));
  --edge: var(--keepopen-accent, var(--campaign-edge, var(--accent)));
  --bright: light-dark(var(--edge), color-mix(in srgb, var(--accent) 50%, #fff));
  --fill: light-dark(var(--accent), var(--bright));
  --tint: color-mix(in srgb, var(--bright) 7%, var(--page));
  --paper: var(--keepopen-background, light-dark(var(--campaign-background, var(--tint)), var(--tint)));
  --ink: var(--keepopen-text, light-dark(var(--campaign-text, #1d1d1b), #f0eeea));
  --muted: color-mix(in srgb, var(--ink) 75%, var(--paper));
  --soft: var(--keepopen-muted, light-dark(var(--campaign-soft, var(--muted)), var(--muted)));
  --line: var(--keepopen-line, color-mix(in srgb, var(--ink) 60%, var(--paper)));
  --glow: color-mix(in srgb, var(--bright) 14%, var(--page));
  --mark: var(--keepopen-highlight, light-dark(var(--campaign-mark, var(--glow)), var(--glow)));
  --on: var(--keepopen-on-accent, light-dark(var(--campaign-on, #fff), #000));
  --ring: var(--keepopen-focus, var(--ink));
  --round: var(--keepopen-radius, 3px);
  font-family: var(--keepopen-font, inherit); font-size: var(--keepopen-font-size, inherit); line-height: 1.5;
  color: var(--ink); background: var(--paper); text-align: start; overflow-wrap: break-word;
}
.appeal {
  display: flow-root; min-width: min(18em, 100%); break-inside: avoid; position: relative;
  margin-block: var(--keepopen-space, 1.75em); padding: clamp(1.25em, 4vw, 2em);
  border-block-start: 3px solid var(--bright);
}
.waiting { display: block !important; position: fixed !important; visibility: hidden !important; }
.later { display: none !important; }
h2, p, ul { margin: 0; padding: 0; }
h2 {
  font-family: var(--keepopen-heading-font, inherit); font-size: 1.65em; line-height: 1.18; letter-spacing: -.01em;
  text-wrap: balance;
}
h2:focus { outline: none; }
.dismissible h2 { padding-inline-end: 1.9em; }
.subheading { margin-top: .35em; font-size: 1.1em; line-height: 1.45; color: var(--soft); }
.text { margin-top: 1em; }
.text p + p { margin-top: .75em; }
mark {
  padding: .1em .22em; margin-inline: -.22em; color: inherit; background: var(--mark); font-weight: 600;
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
button, input { font: inherit; color: inherit; }
button {
  min-height: 2.75em; padding: .5em 1.4em; border: 2px solid var(--bright); border-radius: var(--round);
  background: var(--fill); color: var(--on); font-weight: 700; line-height: 1.25; cursor: pointer;
}
button:hover { border-color: var(--ink); }
.quiet, .close {
  min-height: 1.75em; padding: .1em 0; border: 0; background: none; color: inherit; font-weight: 400;
  text-decoration: underline; text-underline-offset: .2em; text-decoration-thickness: 1px;
}
.quiet:hover, .close:hover { background: none; text-decoration-thickness: 2px; }
.close {
  position: absolute; inset-block-start: .6em; inset-inline-end: .6em; display: grid; place-items: center;
  width: 1.6em; height: 1.6em; border-radius: 50%; font: 300 1.75em/1 sans-serif; text-decoration: none;
}
.close:hover { background: var(--mark); }
a { color: inherit; text-underline-offset: .2em; }
.links { display: flex; flex-wrap: wrap; gap: .4em 1.6em; margin-top: 1em; font-size: .92em; list-style: none; }
.links :is(a, button) { display: inline-block; min-height: 1.75em; line-height: 1.75; padding-block: 0; }
.footnote { margin-top: .9em; font-size: .88em; color: var(--soft); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
@media (forced-colors: active) {
  .appeal, .card { border: 1px solid; }
  mark { background: Mark; color: MarkText; }
}
`;

const COUNT_FROM = 5;

export const closeButton = (word, onclick) => element('button', {
  class: 'close', part: 'close', type: 'button', 'aria-label': word('close'), onclick,
}, '×');

export const heading = ({ copy }) => [
  element('h2', { id: 'heading', part: 'heading', tabindex: -1 }, copy.heading),
  copy.subheading && element('p', { class: 'subheading', part: 'subheading' }, copy.subheading),
];

export const text = ({ copy }) => element('div', { class: 'text', part: 'text' },
  copy.paragraphs.map((paragraph) => element('p', {}, paragraph)),
  copy.highlight && element('p', {}, element('mark', { part: 'highlight' }, copy.highlight)));

// Links for readers who contribute already or want to be reminded, and how many articles were counted.
const links = (tools) => {
  const { app, word } = tools;
  const quietButton = (key) => {
    const act = () => app.load('reports').then(({ answers }) => answers[key](button, tools)).catch(() => {});
    const button = element('button', { class: 'quiet', type: 'button', onclick: act }, word(key));
    return button;
  };
  const portal = `${app.base}portal?site=${encodeURIComponent(app.site)}`;
  const count = app.answer.reader?.article_count;
  const isCounted = app.consent !== 'none' && count >= COUNT_FROM;
  return element('ul', { class: 'links', part: 'links' },
    element('li', {}, element('a', { href: portal }, word('already'))), element('li', {}, quietButton('remind')),
    isCounted && element('li', {}, word.plural('counted', count), ' ', quietButton('stop_counting')));
};

// The last lines of every prompt.
export const foot = ({ copy }, tools) => [
  copy.footnote && element('p', { class: 'footnote', part: 'footnote' }, copy.footnote),
  links(tools),
];

// `tools` are described in prompts.js.
export const build = (prompt, tools) => element('section', {
  class: `root appeal${prompt.is_dismissible ? ' dismissible' : ''}`, part: 'appeal', 'aria-labelledby': 'heading',
}, heading(prompt), prompt.is_dismissible && closeButton(tools.word, tools.dismiss), text(prompt),
tools.goal, tools.form, foot(prompt, tools));

// The texts of one language; `{name}` in a text is replaced by a value. The service answers any language tag, with
// English if it does not have the language.
export const wordsFor = async ({ load }, tag) => {
  const { default: texts } = await load(`../locales/${tag}`);
  const fill = (template, values = {}) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const word = (key, values) => fill(texts[key], values);
  word.plural = (key, count) => {
    const form = new Intl.PluralRules(texts.language).select(count);
    return fill(texts[key][form] ?? texts[key].other, { count });
  };
  return Object.assign(word, { texts, tag, language: texts.language, direction: texts.direction });
};

export const isOwn = (host) => host.matches('.keepopen-own');
export const isInText = (host) => host.matches('[placement^=article]');
const isRendered = (node) => node.checkVisibility?.({ checkVisibilityCSS: true }) ?? node.getClientRects().length;

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
// Green is most of what the eye takes for brightness; `lab`, `oklch` and their kin begin with the lightness.
const isLight = (colour) => {
  const [first, second] = colour.match(/[\d.]+/g);
  return { r: second / 255, o: first, l: first / 100 }[colour[0]] > .55;
};

// Gives the frame the font of the article's text, and the dark scheme if the text is light and the theme declares none.
export const wear = (frame, host) => {
  const text = isInText(host) ? articleText(host) : document.body;
  const { fontFamily, fontSize, color, colorScheme } = getComputedStyle(text);
  const pixels = parseFloat(fontSize);
  const isDark = colorScheme === 'normal' && isLight(color) && !host.hasAttribute('theme');
  frame.style.colorScheme = isDark ? 'dark' : '';
  if (text === document.body) return;
  frame.style.fontFamily = fontFamily;
  if (pixels >= LEAST_FONT_PIXELS && pixels <= MOST_FONT_PIXELS) frame.style.fontSize = fontSize;
};

export const frameOf = (node, host) => {
  const frame = element('div', { class: 'frame' }, node);
  wear(frame, host);
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

// What is around the place, from the outside inwards, and what is below. Margins that collapse through an empty place
// and no longer through a filled one move what is around it too.
const elementsToHold = (host) => {
  const found = [];
  for (let node = host; node && node !== document.body; node = node.parentElement) {
    found.unshift(node);
    for (let next = node.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
  }
  return found;
};

// Changes the page without a jump: what the change moves is held where it was by a transform and then let go.
export const changeSmoothly = (host, change) => {
  const before = elementsToHold(host).map((node) => [node, node.getBoundingClientRect()])
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
