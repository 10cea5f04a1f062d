// What this browser carries for the service: erased on request, and in local mode kept here and passed on in requests,
// by one tab at a time.
const WAIT_MILLISECONDS = 10000;
const keyFor = (app) => 'keepopen-' + app.site;

const erase = async (app) => {
  if (app.attribute('passport') === 'local') return localStorage.removeItem(keyFor(app));
  const address = `${app.base}v1/passport?site=${encodeURIComponent(app.site)}`;
  await fetch(address, { method: 'DELETE', credentials: 'include', keepalive: true });
};

const forget = async (app) => {
  try { localStorage.removeItem('keepopen'); } catch { /* Nothing was kept. */ }
  await erase(app).catch(() => {});
  // An answer that was on its way has brought the passport back by then.
  app.pause(1000).then(() => erase(app)).catch(() => {});
};

export default forget;

// The reader's own wish: erase, and never count again in this browser.
export const stopCounting = async (app) => {
  app.consent = 'none';
  await forget(app);
  try { localStorage.keepopen = 'off'; } catch { /* Nothing will be kept. */ }
};

// Back from paying, the address carries a receipt: the passport learns of the contribution before the next question.
const learn = async (app, key, milliseconds) => {
  const mark = /[#?&]keepopen-\w+=(.+)/;
  const receipt = app.receipt ??= mark.exec(location.hash)?.[1];
  if (!receipt) return;
  app.receipt = '';
  app.returnedView = app.view;
  history.replaceState(history.state, '', location.href.replace(mark, ''));
  const body = { site: app.site, receipt, passport: localStorage.getItem(key) || '' };
  const { passport } = await app.post('v1/receipt', body, milliseconds).catch(() => ({}));
  if (typeof passport === 'string' && app.consent !== 'none') localStorage.setItem(key, passport);
};

export const exchange = async (app, path, body, milliseconds) => {
  if (app.consent === 'none') return app.post(path, body, milliseconds);
  const key = keyFor(app);
  const talk = async () => {
    await learn(app, key, milliseconds);
    const passport = localStorage.getItem(key) || '';
    const answer = await app.post(path, { ...body, passport }, milliseconds);
    if (typeof answer.passport === 'string' && app.consent !== 'none') localStorage.setItem(key, answer.passport);
    return answer;
  };
  // A tab that waits too long for the others shows nothing, but its view is counted all the same.
  if (!navigator.locks) return talk();
  return navigator.locks.request(key, { signal: AbortSignal.timeout(WAIT_MILLISECONDS) }, talk);
};
