// The script a page embeds. It waits until the page is at rest, asks the service once for each page view, and fetches
// what the answer needs. Any error means no appeal and no gate. Nothing here may throw into the page.
(() => {
const script = document.currentScript || document.querySelector('[src*="v1/widget"]');
const queued = window.keepopen;
if (!script || queued?.version) return;
const base = script.src.split('v1/widget')[0];
const attribute = (name) => script.getAttribute('data-' + name.replace(/_/g, '-'));
const load = (name) => import(base + 'v1/widget/__HASH__/modules/' + name + '.js');
const site = attribute('site');
const runQuietly = (name) => load(name).then((module) => module.default(app)).catch(() => {});
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// What the modules share. `view` is the id of the page view, `deadline` the signal after which nothing more is drawn.
const app = { site, base, load, attribute, pause, failures: 0, log: [], facts: {} };
app.inTime = (work) => Promise.race([work, new Promise((_, reject) => {
  app.deadline.addEventListener('abort', () => reject('late'));
})]);

// The module that reads what page this is: asked for at once, because every view needs it.
const facts = load('facts').then((module) => Object.assign(app, module));
facts.catch(() => {});

const emit = app.emit = (event, more, target = document) => {
  const { page_id } = app.facts;
  const detail = { version: 1, event, site, page_id, decision_id: app.answer?.decision_id, ...more };
  app.log.push(detail);
  target.dispatchEvent(new CustomEvent('keepopen:' + event, { bubbles: true, composed: true, detail }));
};

const consent = (value) => {
  const before = app.consent;
  app.toldConsent = value;
  app.consent = !navigator.globalPrivacyControl && /^(full|meter)$/.test(value) ? value : 'none';
  if (before && before !== app.consent) app.consent === 'none' ? runQuietly('privacy') : app.deadline && ask();
};

app.post = async (path, body, milliseconds) => {
  const response = await fetch(base + path, {
    method: 'POST',
    keepalive: true,
    // A replacer keeps the `toJSON` methods of old libraries out.
    body: JSON.stringify(body, function (name) { return this[name]; }),
    signal: AbortSignal.timeout(milliseconds),
    credentials: app.consent === 'none' ? 'omit' : 'include',
  });
  const cause = await response.text();
  if (!response.ok || cause[65536]) throw Error(response.status, { cause });
  return JSON.parse(cause);
};
app.exchange = (...given) => attribute('passport')
  ? load('privacy').then((module) => module.exchange(app, ...given)) : app.post(...given);

// With consent, the number of failures in a row is kept from page to page, and after the third failure the time until
// which the widget rests.
const keepFailures = () => {
  if (app.consent !== 'none') try { localStorage.keepopen = [app.failures, app.restsUntil]; } catch {}
};
const recallFailures = () => {
  if (app.consent !== 'none') try {
    [app.failures, app.restsUntil] = localStorage.keepopen.split(',');
    if (isNaN(app.failures)) app.consent = 'none';
  } catch {}
};

const ask = async () => {
  const deadline = app.deadline = AbortSignal.timeout(1500);
  recallFailures();
  if (app.restsUntil > Date.now()) return emit('none', { reason: 'resting' });
  try {
    await app.inTime(facts);
    if (app.deadline !== deadline) return;
    app.page = app.pageHere(app);
    app.facts = app.readFacts(app);
    const places = ['article_top', 'article_end'].filter((name) => document.querySelector(`[placement=${name}]`));
    app.sent = { site, view_id: app.view, ...app.facts, consent: app.consent,
      placements: places.concat('page_bottom', app.canGate ? 'over_article' : []),
      referrer: document.referrer.split('/')[2],
      preview: /keepopen_preview=([\w-]+)/.exec(location.search)?.[1] };
    await pause();
    const answer = await app.inTime(app.exchange('v1/decide', app.sent, 800));
    const prompts = answer.prompts.length;
    if (app.deadline !== deadline || app.askAgain()) return;
    app.answer = answer;
    if (+app.failures) app.failures = 0, keepFailures();
    emit('decision', { prompts });
    if (prompts || app.screen) {
      for (const { kind, copy, design } of answer.prompts) {
        const shape = /^(banner|gate)$/.test(kind) ? kind : 'amounts';
        const files = ['appeal', '../locales/' + copy.language, shape, 'reports'];
        if (design?.accent) files.push('colours');
        files.map(runQuietly);
      }
      app.screen = await app.inTime(load('prompts'));
      await app.screen.show(app, deadline);
    }
    if (!prompts) emit('none', { reason: 'no_prompt' });
  } catch (error) {
    if (app.deadline !== deadline) return;
    app.restsUntil = ++app.failures > 2 && Date.now() + 6e5;
    keepFailures();
    app.screen?.clear();
    emit('error', { reason: error + '' });
    emit('none', { reason: error + '' });
    app.answer = 0;
  }
};

// Asks for this view again if the page says something else by now. Whatever was drawn goes first.
app.askAgain = () => {
  const [before, now] = [app.facts, app.readFacts(app)].map((facts) => JSON.stringify(facts));
  if (before === now || !app.deadline || app.repeats > 4) return;
  app.repeats += 1;
  app.screen?.clear();
  ask();
  return true;
};

// `given`: facts from `keepopen.page()`, or {} after a route.
const beginView = async (given, isRoute) => {
  const view = app.view = Date.now() + `${Math.random()}`.slice(2);
  app.page = app.pageHere?.(app);
  app.given = given;
  app.lastPageId = app.facts.page_id;
  app.screen?.clear(1);
  app.deadline = app.answer = app.repeats = 0;
  await pause(isRoute && 120);
  if (isRoute) await load('changes').then(({ pageArrives }) => pageArrives(app), () => {});
  if (app.view !== view) return;
  app.log = [];
  ask();
};
app.moved = () => !app.isManual && app.page && app.page !== app.pageHere(app) && beginView({}, true);

const start = async () => {
  if (!AbortSignal.timeout || __OFF__.test(site)) return emit('none', { reason: 'off' });
  if (window.__tcfapi || window.__gpp || !window.navigation || attribute('adapters')) {
    await Promise.race([runQuietly('extras'), pause(400)]);
  }
  if (!app.consent) consent(attribute('consent'));
  window.navigation?.addEventListener('currententrychange', app.moved);
  if (/keepopen-thanks/.test(location.hash)) runQuietly('thanks');
  beginView(app.given);
  facts.then(() => runQuietly('changes')).catch(() => {});
};

const commands = window.keepopen = {
  version: 1, consent,
  page(facts = {}) {
    app.given = facts;
    app.isManual = true;
    if (app.view) beginView(facts);
  },
  forget: () => runQuietly('privacy'),
  explain: () => runQuietly('explain'),
  push(...calls) { for (const [name, ...values] of calls) try { commands[name](...values); } catch {} },
};
if (queued?.map) commands.push(...queued);
addEventListener('pageshow', ({ persisted }) => persisted && app.deadline && ask());

const until = (event, hasHappened) => hasHappened
  || new Promise((resolve) => document.addEventListener(event, resolve));
(async () => {
  await until('prerenderingchange', !document.prerendering);
  await until('readystatechange', document.readyState !== 'loading');
  await Promise.race([until('readystatechange', document.readyState === 'complete'), pause(2e3)]);
  (window.requestIdleCallback || setTimeout)(start, { timeout: 300 });
})();
})();
