// Keepopen: one question per page view; more is loaded only when there is something to show.
(() => {
  const script = document.currentScript || document.querySelector('script[src*="v1/widget"]');
  const queued = window.keepopen;
  if (!script || queued?.version) return;
  const base = script.src.replace(/v1\/widget.*/, '');
  const attribute = (name) => script.getAttribute('data-' + name.replaceAll('_', '-'));
  const load = (name) => import(base + 'v1/widget/__HASH__/modules/' + name + '.js');
  const address = () => location.pathname + location.search;
  const site = attribute('site');
  const app = { base, load, attribute, site, log: [], facts: {}, failures: 0, turn: 0 };

  const say = app.say = (event, more, target = document) => {
    const detail = { version: 1, event, site, page_id: app.facts.page_id, decision_id: app.answer?.decision_id, ...more };
    app.log = [...app.log.slice(-49), detail];
    target.dispatchEvent(new CustomEvent('keepopen:' + event, { bubbles: true, composed: true, detail }));
  };

  const consent = (value) => {
    const before = app.consent;
    app.consent = !navigator.globalPrivacyControl && /^(full|meter)$/.test(value) ? value : 'none';
    if (before && before !== app.consent) app.consent === 'none' ? commands.forget() : app.view && ask();
  };

  const metas = (name) => [...document.querySelectorAll(`[name="${name}"],[property="${name}"]`)].map((tag) => tag.content);
  const list = (value) => `${value}`.split(/ *, */).filter(Boolean).slice(0, 50);
  const read = (given) => {
    let data = {};
    for (const { textContent } of document.querySelectorAll('script[type="application/ld+json"]')) try {
      const found = [JSON.parse(textContent)].flat().flatMap((item) => item['@graph'] || item);
      data = found.find((item) => /Article|Posting/.test(item['@type'])) || data;
    } catch { /* not ours */ }
    app.data = data;
    const type = `${data['@type'] || metas('og:type')}`;
    const facts = {
      page_id: location.pathname,
      page_type: /Live/.test(type) ? 'liveblog' : /article|posting/i.test(type) || document.querySelector('[placement^=article]') ? 'article'
        : address() === '/' ? 'front' : 'other',
      section: list(data.articleSection || metas('article:section'))[0],
      tags: data.keywords || metas('article:tag'),
      reader_assertion: '', is_sensitive: 0, hide_appeals: 0, is_paid_content: /Advertiser/.test(type),
      access: { true: 'free', false: 'metered' }[`${data.isAccessibleForFree}`.toLowerCase()],
      language: /^[a-z]{2,3}(-[a-z]+)?/i.exec(data.inLanguage || document.documentElement.lang)?.[0],
    };
    for (const name in facts) {
      const value = (given ? given[name] : attribute(name)) ?? metas('keepopen:' + name)[0] ?? facts[name];
      facts[name] = name === 'tags' ? list(value) : /^(is|hide)_/.test(name) ? /^(true|1)$/.test(value) : value;
    }
    if (!given?.page_id && facts.page_id === app.facts.page_id) facts.page_id = location.pathname;
    return facts;
  };

  const post = app.post = async (path, body, limit) => {
    const response = await fetch(base + path, { method: 'POST', redirect: 'error', keepalive: true,
      body: JSON.stringify(body, (key, value) => value || (key === 'passport' ? '' : undefined)),
      signal: AbortSignal.timeout(limit), credentials: app.consent === 'none' ? 'omit' : 'include' });
    const text = await response.text();
    if (!response.ok || text.length > 65536) throw response.status;
    return JSON.parse(text);
  };
  app.exchange = async (...call) => attribute('passport') ? (await load('privacy')).exchange(app, ...call) : post(...call);
  const remember = (write) => {
    if (app.consent !== 'none') try {
      if (write) localStorage.keepopen = [app.failures, app.rests];
      else [app.failures, app.rests] = localStorage.keepopen.split(',').map(Number);
      if (isNaN(app.failures)) app.consent = 'none';
    } catch { /* not ours */ }
  };

  const ask = async () => {
    const turn = ++app.turn;
    const isStale = () => turn !== app.turn;
    app.late = AbortSignal.timeout(1500);
    remember();
    if (app.rests > Date.now()) return say('none', { reason: 'resting' });
    try {
      const places = [...document.querySelectorAll('keep-open[placement]')].map((place) => place.getAttribute('placement'));
      app.sent = { site, view_id: app.view, ...app.facts, consent: app.consent,
        placements: [...new Set([...places, 'page_bottom', 'over_article'])],
        referrer: document.referrer.split('/')[2],
       
        preview: new URLSearchParams(location.search).get('keepopen_preview') };
      const answer = await app.exchange('v1/decide', app.sent, 800);
      const prompts = answer.prompts.length;
      if (isStale()) return;
      app.answer = answer;
      if (app.failures) app.failures = 0, remember(1);
      say('decision', { prompts });
      if (prompts || app.screen) {
        app.screen = await load('prompts');
        await app.screen.show(app, isStale);
      }
      if (!prompts) say('none', { reason: 'no_prompt' });
    } catch (error) {
      if (isStale()) return;
      app.rests = ++app.failures > 2 && Date.now() + 6e5;
      remember(1);
      app.screen?.clear(app);
      for (const event of ['error', 'none']) say(event, { reason: `${error}` });
    }
  };

  const begin = (given) => {
    app.screen?.clear(app);
    app.answer = null;
    app.facts = read(given);
    app.path = address();
    app.view = Date.now().toString(36) + Math.random().toString(36).slice(2);
    return ask();
  };
  const moved = app.moved = (next = address()) => setTimeout(() =>
    app.view && !app.isManual && next === address() && next !== app.path && begin({}), 120);
  const start = async () => {
    if (__OFF__.test(site)) return say('none', { reason: 'off' });
    if (window.__tcfapi || window.__gpp || attribute('adapters') || !window.navigation) await Promise.race([
      load('extras').then((module) => module.start(app, consent)), new Promise((done) => setTimeout(done, 400))]).catch(() => {});
    if (!app.consent) consent(attribute('consent'));
    window.navigation?.addEventListener('currententrychange', () => moved());
    if (location.hash === '#keepopen-thanks') load('thanks').then((module) => module.show(app), () => {});
    begin(app.given);
  };

  const commands = window.keepopen = {
    version: 1, consent,
    page(facts = {}) {
      app.isManual = app.given = facts;
      if (app.view) begin(facts);
    },
    forget: () => load('privacy').then((module) => module.forget(app), () => {}),
    explain: () => load('explain').then((module) => module.explain(app)),
    push(...all) { for (const [name, ...values] of all) try { commands[name](...values); } catch { /* not ours */ } },
  };
  if (Array.isArray(queued)) commands.push(...queued);
  customElements.define('keep-open', class extends HTMLElement {
    connectedCallback() { app.screen?.arrived(app); }
  });
  addEventListener('pageshow', ({ persisted }) => persisted && app.view && ask());
  const ready = () => document.readyState === 'loading' ? addEventListener('DOMContentLoaded', start) : start();
  document.prerendering ? document.addEventListener('prerenderingchange', ready) : ready();
})();
