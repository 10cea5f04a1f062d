// What this browser carries for the service: erased on request, and in local mode kept and passed on, one tab at a time.
const WAIT_MILLISECONDS = 10000;
const nameFor = (app) => 'keepopen-' + app.site;

const erase = async (app) => {
  if (app.attribute('passport') === 'local') return localStorage.removeItem(nameFor(app));
  await fetch(`${app.base}v1/passport?site=${encodeURIComponent(app.site)}`, { method: 'DELETE', credentials: 'include', keepalive: true });
};

const forget = async (app) => {
  try { localStorage.removeItem('keepopen'); } catch { /* nothing was kept */ }
  await erase(app).catch(() => {});
  app.breath(1000).then(() => erase(app)).catch(() => {}); // an answer that was on its way has brought it back by then
};

export default forget;

// The reader's own wish: erase, and never count again in this browser.
export const stopCounting = async (app) => {
  app.consent = 'none';
  await forget(app);
  try { localStorage.keepopen = 'off'; } catch { /* nothing will be kept */ }
};

// Back from paying, the address carries a receipt: what is kept here learns of the gift before it is asked about.
const learn = async (app, name, milliseconds) => {
  const receipt = app.receipt ??= /^#keepopen-\w+=(.+)/.exec(location.hash)?.[1];
  if (!receipt) return;
  app.receipt = '';
  app.returned = app.view;
  history.replaceState(history.state, '', location.href.split('#')[0]);
  const held = localStorage.getItem(name) || '';
  const { passport } = await app.post('v1/receipt', { site: app.site, receipt, passport: held }, milliseconds).catch(() => ({}));
  if (typeof passport === 'string' && app.consent !== 'none') localStorage.setItem(name, passport);
};

export const exchange = async (app, path, body, milliseconds) => {
  if (app.consent === 'none') return app.post(path, body, milliseconds);
  const name = nameFor(app);
  const talk = async () => {
    await learn(app, name, milliseconds);
    const answer = await app.post(path, { ...body, passport: localStorage.getItem(name) || '' }, milliseconds);
    if (typeof answer.passport === 'string' && app.consent !== 'none') localStorage.setItem(name, answer.passport);
    return answer;
  };
  // Who waits for other tabs too long shows nothing, but is counted all the same
  return navigator.locks ? navigator.locks.request(name, { signal: AbortSignal.timeout(WAIT_MILLISECONDS) }, talk) : talk();
};
