// What only some pages need: a consent tool, adapters, a browser without the Navigation API.
// These share a file because each file is a request.
export default async (app) => {
  if (app.attribute('adapters')) passOn(app);
  if (!window.navigation) watchHistory(app);
  // On a slow line this comes after the loader has set "none" itself; only an answer of the page counts as told.
  const isTold = app.toldConsent || app.attribute('consent');
  if (!isTold && (window.__tcfapi || window.__gpp)) await listen(app);
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
  // There may have been a route before this file came.
  moved();
};

// The publisher's own analytics, if the page asks for it (`data-adapters="datalayer gtag"`), with full consent only.
const NAMES = ['decision', 'shown', 'seen', 'dismissed', 'amount', 'checkout', 'returned'];

const passOn = (app) => {
  const wanted = app.attribute('adapters').split(/[ ,]+/);
  const pass = (detail) => {
    const { event: name } = detail;
    if (app.consent !== 'full' || !NAMES.includes(name)) return;
    const isInteraction = /dismissed|amount|checkout/.test(name);
    try {
      if (wanted.includes('datalayer')) (window.dataLayer ||= []).push({ event: 'keepopen', keepopen: detail });
      if (wanted.includes('gtag')) {
        window.gtag?.('event', 'keepopen_' + name, { ...detail, non_interaction: !isInteraction });
      }
    } catch { /* An error of the publisher's script. */ }
  };
  // Events from before this file came.
  app.log.forEach(pass);
  for (const name of NAMES) document.addEventListener('keepopen:' + name, ({ detail }) => pass(detail));
};

// Consent tools speak IAB's TCF or GPP. Only yes or no per purpose is read; their strings are never kept or sent.
const purposes = (app, name, fallback) => (app.attribute(name) || fallback).split(/[ ,]+/);

const listen = (app) => new Promise((resolve) => {
  const level = (isGranted) => ['full', 'meter'].find((name) =>
    purposes(app, `${name}_purposes`, name === 'full' ? '1,5,8' : '1,8').every(isGranted)) || 'none';
  const answer = (value) => { window.keepopen.consent(value); resolve(); };

  window.__tcfapi?.('addEventListener', 2, (data, isOk) => {
    if (!isOk || !data) return;
    if (data.gdprApplies === false) return window.__gpp || answer('full');
    if (!/^(tcloaded|useractioncomplete)$/.test(data.eventStatus)) return;
    answer(level((purpose) => data.purpose?.consents?.[purpose]));
  });

  window.__gpp?.('addEventListener', (event, isOk) => {
    const { eventName: name, data } = event || {};
    const ping = event?.pingData || {};
    const isReady = name === 'signalStatus' ? data === 'ready' : ping.signalStatus === 'ready';
    if (!isOk || !isReady) return;
    const sections = Object.values(ping.parsedSections || {}).flat().filter(Boolean);
    const consents = sections.find((section) => section.PurposeConsents)?.PurposeConsents;
    if (consents) return answer(level((purpose) => consents[purpose - 1] || consents.includes?.(Number(purpose))));
    // In American sections 1 means that the reader opted out.
    const isOut = sections.some(({ Gpc, SaleOptOut, SharingOptOut, TargetedAdvertisingOptOut }) =>
      Gpc || [SaleOptOut, SharingOptOut, TargetedAdvertisingOptOut].includes(1));
    answer(sections.length && !isOut ? 'full' : 'none');
  });
});
