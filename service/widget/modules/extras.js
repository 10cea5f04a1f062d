// What only some pages need: a consent tool, adapters, a browser without the Navigation API.
export const start = async (app, tell) => {
  if (app.attribute('adapters')) app.load('adapters').then((module) => module.start(app), () => {});
  if (!window.navigation) watchHistory(app);
  if (!app.consent && !app.attribute('consent') && (window.__tcfapi || window.__gpp)) {
    const { listen } = await app.load('consent');
    await listen(app, tell);
  }
};

const watchHistory = ({ moved }) => {
  for (const name of ['pushState', 'replaceState']) {
    const native = history[name];
    history[name] = function (...values) {
      native.apply(this, values);
      moved();
    };
  }
  addEventListener('popstate', () => moved());
};
