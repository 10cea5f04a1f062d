(() => {
const script = document.currentScript || document.querySelector('[src*="v1/widget"]');
const queued = window.keepopen;
if (!script || queued?.version) return;
const base = script.src.split('v1/widget')[0];
const attribute = (name) => script.getAttribute('data-' + name.replace(/_/g, '-'));
const load = (name) => import(base + 'v1/widget/__HASH__/modules/' + name + '.js');
const path = () => location.pathname + (/^#!?\/.*/.exec(location.hash) || '');
const address = () => path() + location.search;
const site = attribute('site');
const quietly = (name) => load(name).then((module) => module.default(app)).catch(() => {});
const breath = (ms) => new Promise((go) => setTimeout(go, ms));
const app = { site, base, load, attribute, breath, failures: 0, log: [], facts: {} };
app.inTime = (work) => Promise.race([work, new Promise((_, fail) => app.late.addEventListener('abort', () => fail('late')))]);

const say = app.say = (event, more, target = document) => {
  const detail = { version: 1, event, site, page_id: app.facts.page_id, decision_id: app.answer?.decision_id, ...more };
  app.log.push(detail);
  target.dispatchEvent(new CustomEvent('keepopen:' + event, { bubbles: true, composed: true, detail }));
};

const consent = (value) => {
  const before = app.consent;
  app.told = value;
  app.consent = !navigator.globalPrivacyControl && /^(full|meter)$/.test(value) ? value : 'none';
  if (before && before !== app.consent) app.consent === 'none' ? quietly('privacy') : app.late && ask();
};

const metas = (name) => [...document.querySelectorAll(`[name="${name}"],[property="${name}"]`)].map((tag) => tag.content);
const list = (value) => `${[value].flat(9).map((one) => one?.name || one).filter((one) => one?.at)}`.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 900).split(',', 50).map((tag) => tag.slice(0, 200).trim()).filter(Boolean);
const read = (given) => {
  let data = [];
  for (const { text } of document.querySelectorAll('[type*=ld]')) try {
    data = [JSON.parse(text, (name, value) => name === 'toString' ? undefined : value)].flat().flatMap((item) => item?.['@graph'] || item).find((item) => /Article|Posting/.test(item?.['@type'])) || data;
  } catch {}
  app.data = data;
  const type = data['@type'] || metas('og:type');
  const facts = {
    page_id: path().slice(0, 500),
    page_type: /Live/.test(type) ? 'liveblog' : /article|posting/i.test(type) || document.querySelector('[placement^=article]') ? 'article' : path() === '/' ? 'front' : 'other',
    section: list(data.articleSection || metas('article:section'))[0],
    tags: data.keywords || metas('article:tag'),
    reader_assertion: 0, is_sensitive: 0, hide_appeals: 0, is_paid_content: /Advertiser/.test(type),
    access: /true$/i.test(data.isAccessibleForFree) ? 'free' : /false$/i.test(data.isAccessibleForFree) ? 'metered' : '',
    language: /^[a-z]{2,3}(-[a-z]{2})?/i.exec(list(data.inLanguage)[0] || document.documentElement.lang)?.[0],
  };
  for (const name in facts) {
    const value = (given ? given[name] : attribute(name)) ?? metas('keepopen:' + name)[0] ?? facts[name];
    facts[name] = (/tags/.test(name) ? list(value) : /^is|hide/.test(name) ? /true|1/.test(value) : value) || undefined;
  }
  if (!given?.page_id && facts.page_id === app.facts.page_id) facts.page_id = path();
  return facts;
};

app.post = async (path, body, ms) => {
  const response = await fetch(base + path, {
    method: 'POST', keepalive: true, body: JSON.stringify(body, function (name) { return this[name]; }),
    signal: AbortSignal.timeout(ms), credentials: app.consent === 'none' ? 'omit' : 'include' });
  const cause = await response.text();
  if (!response.ok || cause[65536]) throw Error(response.status, { cause });
  return JSON.parse(cause);
};
app.exchange = (...more) => attribute('passport') ? load('privacy').then((module) => module.exchange(app, ...more)) : app.post(...more);
const remember = (value) => {
  if (app.consent !== 'none') try {
    if (value) localStorage.keepopen = [app.failures, app.rests];
    else [app.failures, app.rests] = localStorage.keepopen.split(',');
    if (isNaN(app.failures)) app.consent = 'none';
  } catch {}
};

const ask = async () => {
  const late = app.late = AbortSignal.timeout(1500);
  remember();
  if (app.rests > Date.now()) return say('none', { reason: 'resting' });
  try {
    app.sent = { site, view_id: app.view, ...app.facts, consent: app.consent,
      placements: ['article_top', 'article_end'].filter((name) => document.querySelector(`[placement=${name}]`)).concat('page_bottom', 'over_article'),
      referrer: document.referrer.split('/')[2],
      preview: /keepopen_preview=([\w-]+)/.exec(location.search)?.[1] };
    await breath();
    const answer = await app.inTime(app.exchange('v1/decide', app.sent, 800));
    const prompts = answer.prompts.length;
    if (app.late !== late) return;
    app.answer = answer;
    if (+app.failures) app.failures = 0, remember(1);
    say('decision', { prompts });
    if (prompts || app.screen) {
      for (const { kind, copy } of answer.prompts) ['appeal', '../locales/' + copy.language, /^(banner|gate)$/.test(kind) ? kind : 'amounts'].map(quietly);
      app.screen = await app.inTime(load('prompts'));
      await app.screen.show(app, late);
    }
    if (!prompts) say('none', { reason: 'no_prompt' });
  } catch (error) {
    if (app.late !== late) return;
    app.rests = ++app.failures > 2 && Date.now() + 6e5;
    remember(1);
    app.screen?.clear();
    say('error', { reason: error + '' });
    say('none', { reason: error + '' });
    app.answer = 0;
  }
};

const begin = async (given, ms) => {
  const view = app.view = Date.now() + `${Math.random()}`.slice(2);
  app.path = address();
  app.screen?.clear(1);
  app.late = app.answer = 0;
  await breath(ms);
  if (app.view !== view) return;
  app.log = [];
  app.facts = read(given);
  ask();
};
app.moved = () => app.given || app.view && app.path !== address() && begin({}, 120);
const start = async () => {
  if (!AbortSignal.timeout || __OFF__.test(site)) return say('none', { reason: 'off' });
  if (window.__tcfapi || window.__gpp || !window.navigation || attribute('adapters')) await Promise.race([quietly('extras'), breath(400)]);
  if (!app.consent) consent(attribute('consent'));
  window.navigation?.addEventListener('currententrychange', app.moved);
  if (/keepopen-thanks/.test(location.hash)) quietly('thanks');
  begin(app.given);
};

const commands = window.keepopen = {
  version: 1, consent,
  page(facts = {}) {
    app.given = facts;
    if (app.view) begin(facts);
  },
  forget: () => quietly('privacy'),
  explain: () => quietly('explain'),
  push(...all) { for (const [name, ...more] of all) try { commands[name](...more); } catch {} },
};
if (queued?.map) commands.push(...queued);
addEventListener('pageshow', ({ persisted }) => persisted && app.late && ask());
const until = (name, isSo) => isSo || new Promise((go) => document.addEventListener(name, go));
(async () => {
  await until('prerenderingchange', !document.prerendering);
  await until('readystatechange', document.readyState !== 'loading');
  await Promise.race([until('readystatechange', document.readyState === 'complete'), breath(2e3)]);
  (window.requestIdleCallback || setTimeout)(start, { timeout: 300 });
})();
})();
