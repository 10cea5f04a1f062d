// Draws the prompts of an answer at their places, and looks after each until it goes.
import { h, sheet } from './dom.js';
import { links } from './links.js';
import { look } from './look.js';
import { backToReading, gently } from './place.js';
import { report } from './report.js';
import { whenSeen } from './seen.js';
import { wordsFor } from './words.js';

const SHAPES = { epic: 'appeal', banner: 'banner', gate: 'gate' };
const shown = new Map(); // placement → { prompt, host, remove, form }

const isUsable = ({ kind, copy, ask, gate, prompt_token: token }) => SHAPES[kind] && (kind !== 'gate' || /^(soft|hard)$/.test(gate?.strength)) && token?.length && copy?.heading?.length && copy.button?.length
  && Array.isArray(copy.paragraphs) && /^[A-Z]{3}$/.test(ask.currency) && ask.exponent >= 0 && ask.intervals.length && ask.intervals.every(({ amounts_minor: amounts }) => Array.isArray(amounts));
const isSame = (one, other) => ['placement', 'kind', 'campaign', 'variant'].every((key) => one[key] === other[key]);
const about = ({ placement, kind, campaign, variant }) => ({ placement, kind, campaign, variant });

export const clear = () => { for (const { remove } of shown.values()) remove(); };

export const show = async (app, isStale, isLate = () => app.late.aborted) => {
  const prompts = app.answer?.prompts.filter(isUsable) || [];
  if (prompts.length < app.answer?.prompts.length) app.say('none', { reason: 'unusable' });
  for (const [placement, old] of shown) {
    const same = prompts.find((prompt) => prompt.placement === placement && isSame(prompt, old.prompt));
    if (same) { old.prompt.prompt_token = same.prompt_token; old.form.busy(false); } else old.remove();
  }
  await Promise.all(prompts.map((prompt) => draw(app, prompt, () => isStale() || isLate())));
};

// A place that comes into the page after the answer did.
export const arrived = (app) => { if (app.answer) show(app, () => false, () => false).catch(() => {}); };

const hostFor = ({ placement }) => document.querySelector(`keep-open[placement="${CSS.escape(placement)}"]`)
  || (/page_bottom|over_article/.test(placement) ? h('keep-open', { placement, class: 'keepopen-own' }) : null);

const draw = async (app, prompt, isOver) => {
  const host = hostFor(prompt);
  const key = prompt.placement;
  if (!host || shown.has(key)) return host || app.say('none', { reason: 'no_place', placement: key });
  shown.set(key, { prompt, host, remove: () => shown.delete(key), form: { busy() {} } });
  const [shape, amounts, word] = await Promise.all([app.load(SHAPES[prompt.kind]), app.load('amounts'), wordsFor(prompt.copy.language)])
    .catch((error) => { shown.delete(key); throw error; });
  await breath();
  if (isOver() || !shown.has(key)) return shown.delete(key);
  await place(app, prompt, { host, shape, amounts, word });
};

// Lets the page do its own work first, so that no task of ours is long.
const breath = () => new Promise((go) => setTimeout(go));

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

const place = async (app, prompt, { host, shape, amounts, word }) => {
  const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
  const tell = (name, more) => app.say(name, { ...about(prompt), ...more }, host);
  const entry = shown.get(prompt.placement);
  let stop;
  let node;
  const tools = { app, word, tell, host };
  const remove = entry.remove = () => {
    shown.delete(prompt.placement);
    stop?.();
    node?.leave?.();
    if (host.matches('.keepopen-own')) host.remove();
    else gently(host, () => root.replaceChildren(h('slot')));
  };
  tools.dismiss = () => {
    const hadFocus = root.activeElement;
    report(app, prompt, 'dismissed');
    remove();
    if (hadFocus) (node.opener?.isConnected ? node.opener.focus() : backToReading(host));
    tell('dismissed');
  };
  tools.chooser = entry.form = amounts.chooser(prompt, {
    word,
    onchoice: (choice) => { if (stop) tell('amount', choice); },
    ongive: async (choice) => {
      entry.form.busy(true);
      report(app, prompt, 'clicked');
      try {
        const { checkout } = await app.load('checkout');
        const address = await checkout(app, prompt, choice);
        tell('checkout', choice);
        location.assign(address);
      } catch {
        entry.form.busy(false);
        entry.form.say(word('failed'));
      }
    },
  });
  tools.links = links(app, prompt, tools);
  node = shape.build(prompt, tools);
  node.lang = prompt.copy.language;
  node.dir = word.direction;
  root.adoptedStyleSheets = sheet(look, amounts.style, shape.style || '', colours(prompt.design || {}));
  await breath();
  if (shown.get(prompt.placement) !== entry) return;
  if (!host.isConnected) document.body.append(host);
  if (host.matches('.keepopen-own')) root.replaceChildren(node);
  else {
    node.classList.add('waiting'); // fonts and text are measured in a task of their own
    node.style.width = `${host.clientWidth}px`;
    const slot = h('slot');
    root.replaceChildren(slot, node);
    if (node.scrollHeight) await breath();
    if (shown.get(prompt.placement) !== entry) return;
    gently(host, () => { node.classList.remove('waiting'); node.removeAttribute('style'); slot.remove(); });
  }
  node.enter?.();
  tell('shown');
  stop = whenSeen(node, () => { tell('seen'); report(app, prompt, 'seen'); });
};
