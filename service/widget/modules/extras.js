// What only some pages need: a consent tool, adapters, a browser without the Navigation API. A file is a request, so they come in one.
export default async (app) => {
  if (app.attribute('adapters')) passOn(app);
  if (!window.navigation) watchHistory(app);
  // Late on a slow line, this finds a consent that nobody told: the loader's own "none"
  if (!app.told && !app.attribute('consent') && (window.__tcfapi || window.__gpp)) await listen(app);
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
  moved(); // there may have been a route before this came
};

// The publisher's own analytics, where asked for (`data-adapters="datalayer gtag"`) and only with full consent.
const NAMES = ['decision', 'shown', 'seen', 'dismissed', 'amount', 'checkout', 'returned'];

const passOn = (app) => {
  const wanted = app.attribute('adapters').split(/[ ,]+/);
  const pass = (detail) => {
    const { event: name } = detail;
    if (app.consent !== 'full' || !NAMES.includes(name)) return;
    try {
      if (wanted.includes('datalayer')) (window.dataLayer ||= []).push({ event: 'keepopen', keepopen: detail });
      if (wanted.includes('gtag')) window.gtag?.('event', 'keepopen_' + name, { ...detail, non_interaction: !/dismissed|amount|checkout/.test(name) });
    } catch { /* not ours */ }
  };
  app.log.forEach(pass); // what was told before this came
  for (const name of NAMES) document.addEventListener('keepopen:' + name, ({ detail }) => pass(detail));
};

// Consent tools speak IAB's TCF or GPP. Only yes or no per purpose is read; their strings are never kept or sent.
const purposes = (app, name, fallback) => (app.attribute(name) || fallback).split(/[ ,]+/);

const listen = (app) => new Promise((answered) => {
  const level = (isGranted) => ['full', 'meter'].find((name) =>
    purposes(app, `${name}_purposes`, name === 'full' ? '1,5,8' : '1,8').every(isGranted)) || 'none';
  const answer = (value) => { window.keepopen.consent(value); answered(); };

  window.__tcfapi?.('addEventListener', 2, (data, isOk) => {
    if (!isOk || !data) return;
    if (data.gdprApplies === false) return window.__gpp || answer('full');
    if (/^(tcloaded|useractioncomplete)$/.test(data.eventStatus)) answer(level((purpose) => data.purpose?.consents?.[purpose]));
  });

  window.__gpp?.('addEventListener', (event, isOk) => {
    const { eventName: name, data } = event || {};
    const ping = event?.pingData || {};
    const isReady = name === 'signalStatus' ? data === 'ready' : ping.signalStatus === 'ready';
    if (!isOk || !isReady) return;
    const sections = Object.values(ping.parsedSections || {}).flat().filter(Boolean);
    const european = sections.find((section) => section.PurposeConsents);
    if (european) return answer(level((purpose) => european.PurposeConsents[purpose - 1] || european.PurposeConsents.includes?.(Number(purpose))));
    // American sections: 1 means the reader opted out
    const isOut = sections.some((section) => section.Gpc || [section.SaleOptOut, section.SharingOptOut, section.TargetedAdvertisingOptOut].includes(1));
    answer(sections.length && !isOut ? 'full' : 'none');
  });
});
