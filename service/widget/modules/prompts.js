// Draws the prompts of an answer in their places, and looks after each of them until it goes.
import * as parts from './appeal.js';

const { articleText, changeSmoothly, element, empty, enterPlace, frameOf, isInText, isOwn, placeFor } = parts;
const { LEAST_WIDTH_PIXELS, look, shadowOf, styleSheet, wordsFor } = parts;

const TURN_MILLISECONDS = 6;
const SHAPES = { epic: 'appeal', banner: 'banner', gate: 'gate' };
// By placement: { prompt, host, remove, form }
export const shown = new Map();

const areTexts = (...values) => values.every((value) => typeof value === 'string');
const areNumbers = (...values) => values.every(Number.isSafeInteger);

// A prompt that is not as agreed is not shown.
const isCopyUsable = ({ heading, button, paragraphs, subheading, highlight, footnote }) => heading && button
  && areTexts(heading, button, ...paragraphs, subheading ?? '', highlight ?? '', footnote ?? '');
const isAskUsable = ({ currency, exponent, intervals }) => /^[A-Z]{3}$/.test(currency) && exponent >= 0
  && intervals.length && intervals.every(({ interval, amounts_minor: amounts }) =>
    /^(one_off|month|year)$/.test(interval) && areNumbers(...amounts));
const isGoalUsable = (goal) => !goal || areTexts(goal.label) && areNumbers(goal.goal_minor, goal.raised_minor);
const isUsable = ({ kind, copy, ask, gate, ticker, prompt_token: token }) => Object.hasOwn(SHAPES, kind)
  && (kind === 'gate' ? /^(soft|hard)$/.test(gate?.strength) : !shown.has('thanks'))
  && areTexts(token) && token && isCopyUsable(copy) && isAskUsable(ask) && isGoalUsable(ticker);
const isSame = (prompt, other) =>
  ['placement', 'kind', 'campaign', 'variant'].every((key) => prompt[key] === other[key]);
const identityOf = ({ placement, kind, campaign, variant }) => ({ placement, kind, campaign, variant });

export const clear = (isNewView) => { for (const { remove } of shown.values()) remove(isNewView); };

export const show = async (app, deadline, isLate = () => app.deadline.aborted) => {
  if (app.deadline !== deadline) return;
  // Without consent nothing is kept, but within this document a reader who closed an appeal sees no other.
  const isSilent = app.isClosed && app.consent === 'none';
  const isShowable = (prompt) => isUsable(prompt) && (prompt.kind === 'gate' || !isSilent);
  const prompts = app.answer?.prompts.filter(isShowable) || [];
  if (prompts.length < app.answer?.prompts.length) {
    app.emit('none', { reason: shown.has('thanks') ? 'returned' : isSilent ? 'closed' : 'unusable' });
  }
  for (const entry of shown.values()) {
    const same = prompts.find((prompt) => isSame(prompt, entry.prompt));
    if (same && entry.host.isConnected) {
      entry.prompt.prompt_token = same.prompt_token;
      entry.form?.setBusy(false);
    } else entry.remove();
  }
  const failures = [];
  const drawn = prompts.map((prompt) => begin(app, prompt, isLate)?.catch((reason) => failures.push(reason)));
  if (!isWatching) watchPlaces(app);
  await Promise.all(drawn);
  if (failures.length && failures.length === prompts.length) throw failures[0];
  // The other prompts stay.
  for (const reason of failures) app.emit('error', { reason: `${reason}` });
};

let isWatching = false;

// Places may come into the page after the answer did.
const watchPlaces = (app) => {
  customElements.define('keep-open', class extends HTMLElement {
    connectedCallback() {
      if (!isWatching || !app.answer || isOwn(this) || app.askAgain()) return;
      show(app, app.deadline, () => false).catch(() => {});
    }
  });
  isWatching = true;
};

const begin = (app, prompt, isLate) => {
  const { placement } = prompt;
  const host = placeFor(placement);
  if (shown.has(placement)) return shown.get(placement).drawn;
  if (!host) return app.emit('none', { reason: 'no_place', placement });
  const entry = {
    prompt, host, remove: () => shown.delete(placement), isGone: () => shown.get(placement) !== entry,
  };
  shown.set(placement, entry);
  return entry.drawn = drawInTurns(app, entry, isLate);
};

// Between the steps of the drawing the page gets its turn, so that it never waits long for us.
const drawInTurns = async (app, entry, isLate) => {
  let turn = performance.now();
  try {
    for await (const _ of draw(app, entry)) {
      if (performance.now() - turn > TURN_MILLISECONDS) {
        await app.pause();
        turn = performance.now();
      }
      if (entry.isGone()) return;
      if (isLate()) throw 'late';
    }
  } catch (error) {
    if (entry.isGone()) return;
    entry.remove();
    takeFromAnswer(app, entry.prompt);
    throw error;
  }
};

const takeFromAnswer = ({ answer }, prompt) => {
  answer.prompts = answer.prompts.filter((other) => !isSame(other, prompt));
};

const draw = async function* (app, entry) {
  const { host, prompt } = entry;
  const hasForm = prompt.kind === 'epic' || prompt.gate?.type === 'payment';
  const design = prompt.design || {};
  const files = [app.load(SHAPES[prompt.kind]), wordsFor(app, prompt.copy.language),
    (hasForm || prompt.ticker) && app.load('amounts'), Object.keys(design).length && app.load('colours')];
  const [shape, word, amounts, palette] = await app.inTime(Promise.all(files));
  yield;
  const root = shadowOf(host);
  const tools = toolsFor(app, entry, root, word);
  root.adoptedStyleSheets = [look, shape.style || '', palette ? palette.colours(design) : ''].map(styleSheet);
  if (amounts) tools.useAmounts(amounts);
  if (prompt.ticker) tools.goal = amounts.goal(prompt, word);
  if (hasForm) tools.form = await tools.loadForm();
  yield;
  const node = shape.build(prompt, tools);
  node.lang = prompt.copy.language;
  node.dir = word.direction;
  yield;
  let stopWatching;
  entry.remove = () => {
    shown.delete(prompt.placement);
    if (stopWatching) stopWatching();
    node.leave?.();
    if (isOwn(host)) host.remove();
    else changeSmoothly(host, () => empty(root));
  };
  if (isOwn(host)) document.body.append(host);
  yield* measure(node, root, host);
  // The page may have taken the place away in the meantime.
  if (!host.isConnected) return entry.remove();
  const misfit = enterPlace(host, root, node);
  if (misfit) {
    shown.delete(prompt.placement);
    return app.emit('none', { reason: misfit, placement: prompt.placement }, host);
  }
  node.enter?.();
  tools.emit('shown');
  app.load('reports').then((reports) => {
    app.reports = reports;
    if (!entry.isGone() && !prompt.reported?.has('seen')) stopWatching = reports.watchSeen(node, tools);
  }).catch(() => {});
};

// Measures fonts and text piece by piece while nothing is visible yet.
const measure = function* (node, root, host) {
  const pieces = [...node.querySelectorAll(':scope > *, form > *, .inner > * > *')];
  node.classList.add('waiting');
  for (const piece of pieces) piece.classList.add('later');
  if (isInText(host)) node.style.width = `${Math.max(articleText(host).clientWidth, LEAST_WIDTH_PIXELS)}px`;
  root.replaceChildren(element('slot'), frameOf(node, host));
  for (const piece of pieces) {
    yield node.scrollHeight;
    piece.classList.remove('later');
  }
  yield node.scrollHeight;
};

// What a shape needs to build its prompt: app, host, word (texts), emit(event, more), report(event), isGone(),
// dismiss(), loadForm() (a promise of the amounts' form); `form` and `goal` (elements) if they show at once.
const toolsFor = (app, entry, root, word) => {
  const { host, prompt, isGone } = entry;
  const emit = (event, more) => app.emit(event, { ...identityOf(prompt), ...more }, host);
  const tools = { app, host, word, emit, isGone };
  // Once the module is there it is called in the same turn, because the reader may be about to leave.
  tools.report = async (event) => {
    try { (app.reports ||= await app.load('reports')).report(app, prompt, event); } catch { /* Not reported. */ }
  };
  tools.dismiss = () => {
    const { opener } = root.querySelector('.root');
    const hadFocus = root.activeElement;
    takeFromAnswer(app, prompt);
    app.isClosed = true;
    emit('dismissed');
    entry.remove();
    app.load('reports').then(({ backToReading }) => hadFocus && backToReading(host, opener));
    // The page is painted first.
    app.pause().then(() => tools.report('dismissed'));
  };
  let isStyled = false;
  tools.useAmounts = ({ style }) => {
    if (!isStyled) root.adoptedStyleSheets.push(styleSheet(style));
    isStyled = true;
  };
  tools.loadForm = async () => {
    const amounts = await app.load('amounts');
    tools.useAmounts(amounts);
    return entry.form ||= amounts.contributionForm(prompt, tools);
  };
  return tools;
};
