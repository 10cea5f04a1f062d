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
const path = () => location.pathname + (/^#!?\/.*/.exec(location.hash) || '');
const address = () => path() + location.search;

// What the modules share. `view` is the id of the page view, `deadline` the signal after which nothing more is drawn.
const app = { site, base, load, attribute, pause, failures: 0, log: [], facts: {} };
app.inTime = (work) => Promise.race([work, new Promise((_, reject) => {
  app.deadline.addEventListener('abort', () => reject('late'));
})]);

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

const metas = (name) => [...document.querySelectorAll(`[name="${name}"],[property="${name}"]`)]
  .map((tag) => tag.content);
const listOf = (value) => `${[value].flat(9).map((item) => item?.name || item).filter((item) => item?.at)}`
  .replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 900).split(',', 50)
  .map((item) => item.slice(0, 200).trim()).filter(Boolean);
const withoutToString = (name, value) => name === 'toString' ? undefined : value;
const readFacts = (given) => {
  let data = [];
  for (const { text } of document.querySelectorAll('[type*=ld]')) try {
    const items = [JSON.parse(text, withoutToString)].flat().flatMap((item) => item?.['@graph'] || item);
    data = items.find((item) => /Article|Posting/.test(item?.['@type'])) || data;
  } catch {}
  app.data = data;
  const type = data['@type'] || metas('og:type');
  const isArticle = /article|posting/i.test(type) || document.querySelector('[placement^=article]');
  const { isAccessibleForFree } = data;
  const facts = {
    page_id: path().slice(0, 500),
    page_type: /Live/.test(type) ? 'liveblog' : isArticle ? 'article' : path() === '/' ? 'front' : 'other',
    section: listOf(data.articleSection || metas('article:section'))[0],
    tags: data.keywords || metas('article:tag'),
    reader_assertion: 0, is_sensitive: 0, hide_appeals: 0, is_paid_content: /Advertiser/.test(type),
    access: /true$/i.test(isAccessibleForFree) ? 'free' : /false$/i.test(isAccessibleForFree) ? 'metered' : '',
    language: /^[a-z]{2,3}(-[a-z]{2})?/i.exec(listOf(data.inLanguage)[0] || document.documentElement.lang)?.[0],
  };
  for (const name in facts) {
    const value = (given ? given[name] : attribute(name)) ?? metas('keepopen:' + name)[0] ?? facts[name];
    const read = /tags/.test(name) ? listOf : /^is|hide/.test(name) ? (text) => /true|1/.test(text) : (text) => text;
    facts[name] = read(value) || undefined;
  }
  if (!given?.page_id && facts.page_id === app.facts.page_id) facts.page_id = path();
  return facts;
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
    const places = ['article_top', 'article_end'].filter((name) => document.querySelector(`[placement=${name}]`));
    app.sent = { site, view_id: app.view, ...app.facts, consent: app.consent,
      placements: places.concat('page_bottom', 'over_article'),
      referrer: document.referrer.split('/')[2],
      preview: /keepopen_preview=([\w-]+)/.exec(location.search)?.[1] };
    await pause();
    const answer = await app.inTime(app.exchange('v1/decide', app.sent, 800));
    const prompts = answer.prompts.length;
    if (app.deadline !== deadline) return;
    app.answer = answer;
    if (+app.failures) app.failures = 0, keepFailures();
    emit('decision', { prompts });
    if (prompts || app.screen) {
      for (const { kind, copy } of answer.prompts) {
        const shape = /^(banner|gate)$/.test(kind) ? kind : 'amounts';
        ['appeal', 'place', '../locales/' + copy.language, shape, 'reports'].map(runQuietly);
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

const beginView = async (given, milliseconds) => {
  const view = app.view = Date.now() + `${Math.random()}`.slice(2);
  app.address = address();
  app.screen?.clear(1);
  app.deadline = app.answer = 0;
  await pause(milliseconds);
  if (app.view !== view) return;
  app.log = [];
  app.facts = readFacts(given);
  ask();
};
app.moved = () => app.given || app.view && app.address !== address() && beginView({}, 120);

const start = async () => {
  if (!AbortSignal.timeout || __OFF__.test(site)) return emit('none', { reason: 'off' });
  if (window.__tcfapi || window.__gpp || !window.navigation || attribute('adapters')) {
    await Promise.race([runQuietly('extras'), pause(400)]);
  }
  if (!app.consent) consent(attribute('consent'));
  window.navigation?.addEventListener('currententrychange', app.moved);
  if (/keepopen-thanks/.test(location.hash)) runQuietly('thanks');
  beginView(app.given);
};

const commands = window.keepopen = {
  version: 1, consent,
  page(facts = {}) {
    app.given = facts;
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
