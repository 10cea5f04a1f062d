// Pages that change under the reader: routes whose content comes later, facts that come late, a theme that turns dark.

// A router often moves the address before it has the page. Until then title, heading and facts are the last page's.
const signatureOf = (app) => document.title + document.querySelector('h1')?.textContent
  + JSON.stringify({ ...app.readFacts(app), page_id: 0 });

let last;

export const pageArrives = async (app) => {
  const { view } = app;
  const before = last;
  for (let waited = 0; waited < 2000 && app.view === view && signatureOf(app) === before; waited += 100) {
    await app.pause(100);
  }
};

// If the page comes to say something else without a route, the service is asked again for the same view.
export default (app) => {
  let timer;
  const check = () => {
    timer = 0;
    app.askAgain();
    last = signatureOf(app);
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ['content'] };
  new MutationObserver(() => { timer ||= setTimeout(check, 150); }).observe(document, options);
  watchTheme(app);
  check();
};

// Themes turn dark by a class or an attribute at the root, or with the reader's own setting.
const watchTheme = (app) => {
  const wearAgain = async () => {
    if (!app.screen) return;
    const { wear } = await app.load('appeal');
    for (const { host } of app.screen.shown.values()) {
      const frame = host?.shadowRoot?.querySelector('.frame');
      if (frame) wear(frame, host);
    }
  };
  const observer = new MutationObserver(wearAgain);
  for (const root of [document.documentElement, document.body]) observer.observe(root, { attributes: true });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', wearAgain);
};
