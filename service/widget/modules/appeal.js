// What every prompt is made of: elements, the look, the words, the small print. A file is a request, so they come in one.

// Elements without markup: names, attributes, listeners (`onclick`), children. Text stays text.
export const h = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value || value === 0 || value === '') element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
};

export const sheet = (...texts) => texts.map((text) => {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
});

// The rules for the `<keep-open>` element itself. Its width, margins and position in a grid or flex container stay
// the theme's. Only rules of the page that would hide or distort the appeal are overridden.
export const hostStyle = `
:host {
  display: block !important; position: static !important; height: auto !important; max-height: none !important;
  overflow: visible !important; contain: none !important; content-visibility: visible !important; visibility: inherit !important; opacity: 1 !important;
  transform: none !important; translate: none !important; rotate: none !important; scale: none !important;
  filter: none !important; clip: auto !important; clip-path: none !important; mask: none !important;
  transition: none !important;
}
:host(.keepopen-own) { all: initial !important; display: block !important; font-family: inherit !important; color-scheme: inherit !important; }
:host([hidden]) { display: none !important; }
:host([theme=light]) { color-scheme: light !important; }
:host([theme=dark]) { color-scheme: dark !important; }
@media print { :host { display: none !important; } }
`;

// Inside the frame nothing of the page applies but the text's font, the colour scheme and what is hidden with the page.
// Text first, on a soft tint of the publisher's own colour.
export const look = `
.frame { all: initial; display: contents; visibility: inherit; color-scheme: inherit; font-family: inherit; }
* { box-sizing: border-box; }
.root {
  --accent: var(--keepopen-accent, var(--campaign-accent, #0b5563));
  --page: var(--keepopen-page, light-dark(#fff, #161616));
  --bright: light-dark(var(--accent), color-mix(in srgb, var(--accent) 55%, #fff));
  --paper: var(--keepopen-background, var(--campaign-background, color-mix(in srgb, var(--bright) 7%, var(--page))));
  --ink: var(--keepopen-text, var(--campaign-text, light-dark(#1d1d1b, #f0eeea)));
  --soft: var(--keepopen-muted, light-dark(#55534f, #b9b5ae));
  --line: var(--keepopen-line, light-dark(#767470, #8f8b85));
  --mark: var(--keepopen-highlight, color-mix(in srgb, var(--bright) 20%, var(--page)));
  --on: var(--keepopen-on-accent, var(--campaign-on, #fff));
  --ring: var(--keepopen-focus, var(--ink));
  --round: var(--keepopen-radius, 3px);
  font-family: var(--keepopen-font, inherit); font-size: var(--keepopen-font-size, inherit); line-height: 1.5;
  color: var(--ink); background: var(--paper); text-align: start; overflow-wrap: break-word;
}
.appeal { display: flow-root; min-width: min(18em, 100%); break-inside: avoid; position: relative; margin-block: var(--keepopen-space, 1.75em); padding: clamp(1.25em, 4vw, 2em); border-block-start: 3px solid var(--bright); }
.waiting { display: block !important; position: fixed !important; visibility: hidden !important; }
.later { display: none !important; }
h2, p, ul { margin: 0; padding: 0; }
h2 { font-family: var(--keepopen-heading-font, inherit); font-size: 1.65em; line-height: 1.18; letter-spacing: -.01em; text-wrap: balance; }
h2:focus { outline: none; }
.dismissible h2 { padding-inline-end: 1.9em; }
.subheading { margin-top: .35em; font-size: 1.1em; line-height: 1.45; color: var(--soft); text-wrap: pretty; }
.text { margin-top: 1em; }
.text p + p { margin-top: .75em; }
mark { padding: .1em .22em; margin-inline: -.22em; color: inherit; background: var(--mark); font-weight: 600; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
button, input { font: inherit; color: inherit; }
button { min-height: 2.75em; padding: .5em 1.4em; border: 2px solid var(--accent); border-radius: var(--round); background: var(--accent); color: var(--on); font-weight: 700; line-height: 1.25; cursor: pointer; touch-action: manipulation; }
button:hover { background: color-mix(in srgb, var(--accent) 86%, #000); }
.quiet, .close { min-height: 1.75em; padding: .1em 0; border: 0; background: none; color: inherit; font-weight: 400; text-decoration: underline; text-underline-offset: .2em; text-decoration-thickness: 1px; }
.quiet:hover, .close:hover { background: none; text-decoration-thickness: 2px; }
.close { position: absolute; inset-block-start: .6em; inset-inline-end: .6em; display: grid; place-items: center; width: 2.75em; height: 2.75em; border-radius: 50%; }
.close:hover { background: var(--mark); }
.close svg { width: 1.1em; height: 1.1em; stroke: currentcolor; stroke-width: 1.6; fill: none; }
a { color: inherit; text-underline-offset: .2em; }
.links { display: flex; flex-wrap: wrap; gap: .4em 1.6em; margin-top: 1em; font-size: .92em; list-style: none; }
.links :is(a, button) { display: inline-block; min-height: 1.75em; line-height: 1.75; padding-block: 0; }
.footnote { margin-top: .9em; font-size: .88em; color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
.ticker { margin-top: 1.1em; }
.ticker p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1em; font-size: .92em; }
.ticker b { font-variant-numeric: tabular-nums; }
progress { display: block; appearance: none; width: 100%; height: .55em; margin-top: .4em; border: 1px solid var(--line); border-radius: 1em; overflow: hidden; background: var(--page); }
progress::-webkit-progress-bar { background: none; }
progress::-webkit-progress-value { background: var(--bright); }
progress::-moz-progress-bar { background: var(--bright); }
@media (prefers-reduced-motion: no-preference) { button { transition: background-color .15s; } }
@media (forced-colors: active) { .appeal, .card { border: 1px solid; } mark { background: Mark; color: MarkText; } progress { forced-color-adjust: none; border-color: CanvasText; background: Canvas; } progress::-webkit-progress-value { background: CanvasText; } }
`;

const COUNT_FROM = 5;

const cross = () => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M2 2l12 12M14 2L2 14');
  svg.append(path);
  return svg;
};

export const closeButton = (word, onclick) => h('button', { class: 'close', part: 'close', type: 'button', 'aria-label': word('close'), onclick }, cross());

export const heading = ({ copy }) => [
  h('h2', { id: 'heading', part: 'heading', tabindex: -1 }, copy.heading),
  copy.subheading && h('p', { class: 'subheading', part: 'subheading' }, copy.subheading),
];

export const text = ({ copy }) => h('div', { class: 'text', part: 'text' },
  copy.paragraphs.map((paragraph) => h('p', {}, paragraph)),
  copy.highlight && h('p', {}, h('mark', { part: 'highlight' }, copy.highlight)));

export const ticker = ({ ticker: goal, ask }, word) => {
  if (!goal) return null;
  const money = { currency: goal.currency, exponent: ask.currency === goal.currency ? ask.exponent : 2 };
  return h('div', { class: 'ticker', part: 'ticker' },
    h('p', {}, h('span', {}, goal.label, goal.ends_on && ` · ${word('goal_until', { day: word.day(goal.ends_on) })}`),
      h('b', {}, word('goal', { raised: word.amount(goal.raised_minor, money), goal: word.amount(goal.goal_minor, money) }))),
    h('progress', { max: goal.goal_minor, value: Math.min(goal.raised_minor, goal.goal_minor), 'aria-hidden': 'true' }));
};

// The small print: for those who gave, for later, and about counting.
const links = ({ app, host, word, report }) => {
  const swap = (button, other, focus = other) => {
    const isHere = [button, document.body].includes(host.shadowRoot.activeElement || document.activeElement);
    button.parentElement.replaceChildren(other);
    if (isHere) focus.focus();
  };
  const quiet = (text, act) => h('button', { class: 'quiet', type: 'button', onclick: () => act().catch(() => {}) }, text);
  const remind = quiet(word('remind'), async () => {
    const { offer } = await app.load('remind');
    const choices = offer(app, { word, done: () => report('dismissed') });
    swap(remind, choices, choices.querySelector('button'));
  });
  const stop = quiet(word('stop_counting'), async () => {
    const { stopCounting } = await app.load('privacy');
    await stopCounting(app);
    swap(stop, h('span', { role: 'status', tabindex: -1 }, word('stopped')));
  });
  const read = app.answer.reader?.article_count;
  return h('ul', { class: 'links', part: 'links' },
    h('li', {}, h('a', { href: `${app.base}portal?site=${encodeURIComponent(app.site)}` }, word('already'))), h('li', {}, remind),
    app.consent !== 'none' && read >= COUNT_FROM && h('li', {}, word.plural('counted', read), ' ', stop));
};

// What stands below the way to give, in every shape.
export const foot = ({ copy }, tools) => [copy.footnote && h('p', { class: 'footnote', part: 'footnote' }, copy.footnote), links(tools)];

// `tools`: app, host, word, form (the amounts, where they show at once), bring (a promise of them), dismiss, report
export const build = (prompt, tools) => h('section', {
  class: `root appeal${prompt.is_dismissible ? ' dismissible' : ''}`, part: 'appeal', 'aria-labelledby': 'heading',
}, heading(prompt), prompt.is_dismissible && closeButton(tools.word, tools.dismiss), text(prompt), ticker(prompt, tools.word), tools.form, foot(prompt, tools));
