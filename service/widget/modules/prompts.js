// Draws the prompts of an answer at their places, and looks after each until it goes.
import { h, hostStyle, look, sheet } from './appeal.js';

const TURN_MILLISECONDS = 6;
const SHAPES = { epic: 'appeal', banner: 'banner', gate: 'gate' };
export const shown = new Map(); // placement → { prompt, host, remove, form }

const areTexts = (...values) => values.every((value) => typeof value === 'string');
const areNumbers = (...values) => values.every(Number.isSafeInteger);

// What is not as agreed is not shown.
const isUsable = ({ kind, copy, ask, gate, ticker, prompt_token: token }) => Object.hasOwn(SHAPES, kind) && (kind === 'gate' ? /^(soft|hard)$/.test(gate?.strength) : !shown.has('thanks'))
  && areTexts(token, copy.heading, copy.button, ...copy.paragraphs, copy.subheading ?? '', copy.highlight ?? '', copy.footnote ?? '') && token && copy.heading && copy.button
  && /^[A-Z]{3}$/.test(ask.currency) && ask.exponent >= 0 && ask.intervals.length && ask.intervals.every(({ interval, amounts_minor: amounts }) =>
    /^(one_off|month|year)$/.test(interval) && areNumbers(...amounts)) && (!ticker || areTexts(ticker.label) && areNumbers(ticker.goal_minor, ticker.raised_minor));
const isSame = (one, other) => ['placement', 'kind', 'campaign', 'variant'].every((key) => one[key] === other[key]);
const about = ({ placement, kind, campaign, variant }) => ({ placement, kind, campaign, variant });

export const clear = (isNewView) => { for (const { remove } of shown.values()) remove(isNewView); };

export const show = async (app, late, isLate = () => app.late.aborted) => {
  if (app.late !== late) return;
  const prompts = app.answer?.prompts.filter(isUsable) || [];
  if (prompts.length < app.answer?.prompts.length) app.say('none', { reason: shown.has('thanks') ? 'returned' : 'unusable' });
  for (const old of shown.values()) {
    const same = prompts.find((prompt) => isSame(prompt, old.prompt));
    if (same && old.host.isConnected) { old.prompt.prompt_token = same.prompt_token; old.form?.busy(false); } else old.remove();
  }
  const failed = [];
  const drawn = prompts.map((prompt) => begin(app, prompt, isLate)?.catch((reason) => failed.push(reason)));
  if (!isWatching) watch(app);
  await Promise.all(drawn);
  if (failed.length && failed.length === prompts.length) throw failed[0];
  for (const reason of failed) app.say('error', { reason: `${reason}` }); // the others stay
};

let isWatching = false;

// Places that come into the page after the answer did.
const watch = (app) => {
  customElements.define('keep-open', class extends HTMLElement {
    connectedCallback() { if (isWatching && app.answer && !isOwn(this)) show(app, app.late, () => false).catch(() => {}); }
  });
  isWatching = true;
};

const isOwn = (host) => host.matches('.keepopen-own');
const isInText = (host) => host.matches('[placement^=article]');
const isRendered = (element) => element.getClientRects().length > 0
  && (element.checkVisibility?.({ checkVisibilityCSS: true, visibilityProperty: true }) ?? true);

// A theme may hold a place twice, for phones and for desktops: the rendered place is used.
export const hostFor = (placement) => {
  const places = [...document.querySelectorAll(`keep-open[placement="${CSS.escape(placement)}"]`)];
  const isOverlay = /page_bottom|over_article/.test(placement);
  return places.find(isRendered) || places[0] || (isOverlay && h('keep-open', { placement, class: 'keepopen-own' }));
};

const begin = (app, prompt, isLate) => {
  const host = hostFor(prompt.placement);
  const key = prompt.placement;
  if (shown.has(key)) return shown.get(key).drawn;
  if (!host) return app.say('none', { reason: 'no_place', placement: key });
  const entry = { prompt, host, remove: () => shown.delete(key), isGone: () => shown.get(key) !== entry };
  shown.set(key, entry);
  return entry.drawn = follow(app, entry, isLate);
};

// Between the steps of the drawing the page gets its turn, so that it never waits long for us.
const follow = async (app, entry, isLate) => {
  let turn = performance.now();
  try {
    for await (const _ of draw(app, entry)) {
      if (performance.now() - turn > TURN_MILLISECONDS) {
        await app.breath();
        turn = performance.now();
      }
      if (entry.isGone()) return;
      if (isLate()) throw 'late';
    }
  } catch (error) {
    if (entry.isGone()) return;
    entry.remove();
    drop(app, entry.prompt);
    throw error;
  }
};

const drop = ({ answer }, prompt) => { answer.prompts = answer.prompts.filter((one) => !isSame(one, prompt)); };

const draw = async function* (app, entry) {
  const { host, prompt } = entry;
  const hasForm = prompt.kind === 'epic' || prompt.gate?.type === 'payment';
  const [shape, word] = await app.inTime(Promise.all([app.load(SHAPES[prompt.kind]), wordsFor(app, prompt.copy.language), hasForm && app.load('amounts')]));
  yield;
  const root = shadowOf(host);
  const tools = toolsFor(app, entry, root, word);
  root.adoptedStyleSheets = sheet(look, shape.style || '', colours(prompt.design || {}));
  if (hasForm) tools.form = await tools.bring();
  yield;
  const node = shape.build(prompt, tools);
  node.lang = prompt.copy.language;
  node.dir = word.direction;
  yield;
  let stop;
  entry.remove = () => {
    shown.delete(prompt.placement);
    if (stop) stop();
    node.leave?.();
    if (isOwn(host)) host.remove();
    else gently(host, () => empty(root));
  };
  if (isOwn(host)) document.body.append(host);
  yield* settle(node, root, isInText(host) && articleText(host));
  if (!host.isConnected) return entry.remove(); // the page took it away
  const misfit = stand(host, root, node);
  if (misfit) {
    shown.delete(prompt.placement);
    return app.say('none', { reason: misfit, placement: prompt.placement }, host);
  }
  node.enter?.();
  app.say('shown', about(prompt), host);
  stop = !prompt.told?.has('seen') && whenSeen(node, () => { app.say('seen', about(prompt), host); report(app, prompt, 'seen'); });
};

// What the page put into its place is visible until an appeal replaces it, and again when the appeal is gone.
export const shadowOf = (host) => {
  if (!host.shadowRoot) host.attachShadow({ mode: 'open' }).append(h('slot'));
  return host.shadowRoot;
};

export const empty = (root) => {
  root.replaceChildren(h('slot'));
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
  const frame = h('div', { class: 'frame' }, node);
  if (text) {
    const { fontFamily, fontSize } = getComputedStyle(text);
    const pixels = parseFloat(fontSize);
    frame.style.fontFamily = fontFamily;
    if (pixels >= LEAST_FONT_PIXELS && pixels <= MOST_FONT_PIXELS) frame.style.fontSize = fontSize;
  }
  return frame;
};

const LEAST_WIDTH_PIXELS = 240;
const MOST_SCREENS = 3;
const LEAST_SCREEN_PIXELS = 800; // a phone on its side is no reason to show nothing

const misfitOf = (host, node) => {
  if (!isRendered(host)) return 'hidden';
  if (!isInText(host)) return false;
  if (node.offsetWidth < LEAST_WIDTH_PIXELS) return 'too_narrow';
  return node.offsetHeight > MOST_SCREENS * Math.max(innerHeight, LEAST_SCREEN_PIXELS) && 'too_high';
};

// Shows what was measured. If it does not fit its place, the place is as before, and the reason is returned.
export const stand = (host, root, node) => {
  let misfit;
  const enter = () => {
    root.adoptedStyleSheets.push(...sheet(hostStyle));
    node.classList.remove('waiting');
    node.style.width = '';
    root.querySelector('slot').remove();
    misfit = misfitOf(host, node);
    if (misfit) isOwn(host) ? host.remove() : empty(root);
  };
  isOwn(host) ? enter() : gently(host, enter);
  return misfit;
};

// Measures fonts and text while nothing is visible yet, piece by piece.
const settle = function* (node, root, text) {
  const pieces = [...node.querySelectorAll(':scope > *, form > *, .inner > * > *')];
  for (const one of [node, ...pieces]) one.classList.add(one === node ? 'waiting' : 'later');
  if (text) node.style.width = `${Math.max(text.clientWidth, LEAST_WIDTH_PIXELS)}px`;
  root.replaceChildren(h('slot'), frameOf(node, text));
  for (const piece of pieces) {
    yield node.scrollHeight;
    piece.classList.remove('later');
  }
  yield node.scrollHeight;
};

const toolsFor = (app, entry, root, word) => {
  const { host, prompt } = entry;
  const tell = (name, more) => app.say(name, { ...about(prompt), ...more }, host);
  const tools = { app, host, word, report: (event) => report(app, prompt, event) };
  tools.dismiss = () => {
    const { opener } = root.querySelector('.root');
    const hadFocus = root.activeElement;
    drop(app, prompt);
    tell('dismissed');
    entry.remove();
    if (hadFocus) (opener?.isConnected ? opener.focus() : backToReading(host));
    app.breath().then(() => tools.report('dismissed')); // first the page is painted
  };
  tools.bring = async () => {
    const amounts = await app.load('amounts');
    if (!entry.form) root.adoptedStyleSheets.push(...sheet(amounts.style));
    return entry.form ||= amounts.chooser(prompt, { word, asked: app.attribute('gift_fields'),
      onchoice: (choice) => tell('amount', choice), ongive: (choice, said) => give(choice, said, amounts) });
  };
  const give = async (choice, said, { checkout }) => {
    entry.form.busy(true);
    tools.report('clicked');
    try {
      const address = await checkout(app, prompt, { ...choice, ...said });
      if (entry.isGone()) return; // closed by now
      tell('checkout', choice);
      location.assign(address);
    } catch (error) {
      entry.form.fail(error);
    }
  };
  return tools;
};

// Colours of the campaign, as `#rrggbb`; the publisher's own custom properties stand above them.
const colours = ({ accent, accent_text: on, background, text }) => {
  const isColour = (value) => /^#[0-9a-f]{6}$/i.test(value || '');
  if (!on && isColour(accent)) {
    const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(accent.slice(at, at + 2), 16) / 255) ** 2.2);
    on = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000000' : '#ffffff';
  }
  const named = Object.entries({ accent, on, background, text }).filter(([, value]) => isColour(value));
  return `.root { ${named.map(([name, value]) => `--campaign-${name}: ${value};`).join(' ')} }`;
};

const pending = new Map(); // event id → how to tell it when the page goes

// Telling the service what happened to a prompt. One id per happening, so that telling it again counts nothing.
const report = async (app, prompt, event) => {
  const told = prompt.told ||= new Set();
  if (told.has(event)) return;
  told.add(event);
  const id = `${prompt.prompt_token.slice(-12)}-${event}-${app.view}`.replace(/[^\w-]/g, '');
  const body = { site: app.site, prompt_token: prompt.prompt_token, event, event_id: id };
  const again = () => app.post('v1/events', body, 4000).catch(() => {});
  if (app.attribute('passport')) pending.set(id, again); // it may have to wait for another tab
  try {
    await app.exchange('v1/events', body, 4000);
    pending.delete(id);
  } catch { pending.set(id, again); }
};

addEventListener('pagehide', () => {
  for (const again of pending.values()) again();
  pending.clear();
});

// Seen: half of it (or half a screen of it) visible for a quarter of a second in a tab that is itself visible.
const whenSeen = (element, tell) => {
  let timer;
  let isHalf = false;
  const check = () => {
    clearTimeout(timer);
    if (isHalf && document.visibilityState === 'visible') timer = setTimeout(() => { stop(); tell(); }, 250);
  };
  const watch = new IntersectionObserver((entries) => {
    const { boundingClientRect: box, intersectionRect: shown, rootBounds: screen } = entries.at(-1);
    isHalf = shown.height > 0 && shown.height * shown.width >= 0.5 * Math.min(box.height, screen?.height || innerHeight) * box.width;
    check();
  }, { threshold: [...Array(21).keys()].map((step) => step / 20) });
  const stop = () => { clearTimeout(timer); watch.disconnect(); document.removeEventListener('visibilitychange', check); };
  document.addEventListener('visibilitychange', check);
  watch.observe(element);
  return stop;
};

// Putting something into the page, or taking it out, without making it jump: what moves is held where it was and let go gently.
const below = (host) => {
  const found = [];
  for (let node = host; node && node !== document.body; node = node.parentElement) {
    for (let next = node.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
  }
  return found;
};

export const gently = (host, change) => {
  const before = below(host).map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.height && box.top < innerHeight && box.bottom > 0);
  change();
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const [element, { left, top }] of before) {
    const box = element.getBoundingClientRect();
    const move = `translate(${left - box.left}px, ${top - box.top}px)`;
    if (left === box.left && top === box.top) continue;
    element.animate([{ transform: move }, { transform: 'none' }], isCalm
      ? { duration: 40, easing: 'steps(1, end)' } : { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' });
  }
};

// Focus goes back to the reading, not to the top of the page.
export const backToReading = (host) => {
  const heading = host.closest('article,main')?.querySelector('h1,h2') || document.querySelector('h1') || document.querySelector('main') || document.body;
  const had = heading.getAttribute('tabindex');
  if (had === null) {
    heading.setAttribute('tabindex', '-1');
    heading.addEventListener('blur', () => heading.removeAttribute('tabindex'), { once: true });
  }
  heading.focus({ preventScroll: true });
};

// One language's words, numbers and amounts. `{name}` in a word is replaced by a value.
const SYMBOLS = { EUR: '€', GBP: '£', USD: 'US$', CAD: 'CA$', AUD: 'A$', NZD: 'NZ$', JPY: '¥', PLN: 'zł' };

// The service answers any language tag, with English where it has not the language.
export const wordsFor = async ({ load }, tag) => {
  const { default: texts } = await load(`../locales/${tag}`);
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const word = (key, values) => fill(texts[key], values);
  word.language = texts.language;
  word.direction = texts.direction;
  word.plural = (key, count) => fill(texts[key][new Intl.PluralRules(texts.language).select(count)] ?? texts[key].other, { count });
  // by hand: the first Intl.NumberFormat of a page costs a slow phone a tenth of a second
  word.amount = (minor, { currency, exponent }) => {
    const sign = currency === 'USD' && /-us$/i.test(tag) ? '$' : SYMBOLS[currency] || currency;
    const digits = String(minor).padStart(exponent + 1, '0');
    const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, texts.separators[1]);
    const rest = digits.slice(digits.length - exponent);
    const number = Number(rest) ? whole + texts.separators[0] + rest : whole;
    return fill(texts.money, { n: number }).replace('¤', sign + (/^¤/.test(texts.money) && sign === currency ? '\u00a0' : ''));
  };
  word.day = (day) => {
    const [, month, date] = day.split('-').map(Number);
    return word('day', { date, month: texts.months.split(',')[month - 1] });
  };
  return word;
};
