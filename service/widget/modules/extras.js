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
// Full consent comes only from an answer that applies here, is understood and grants it. Everything else is `none`.
const LEVELS = ['none', 'meter', 'full'];
const lowest = (levels) => LEVELS[Math.min(...levels.map((level) => LEVELS.indexOf(level)))] || 'none';

const listen = (app) => new Promise((resolve) => {
  const answers = {};
  const answer = (tool, level) => {
    answers[tool] = level;
    window.keepopen.consent(lowest(Object.values(answers)));
    resolve();
  };
  for (const [name, listenTo] of [['__tcfapi', listenToTcf], ['__gpp', listenToGpp]]) try {
    if (window[name]) listenTo(app, (level) => answer(name, level));
  } catch { /* A tool that fails gives no answer. */ }
});

const purposesOf = (app, name, fallback) => (app.attribute(name) || fallback).split(/[ ,]+/).map(Number);
const levelOf = (app, isGranted) => {
  if (purposesOf(app, 'full_purposes', '1,5,8').every(isGranted)) return 'full';
  return purposesOf(app, 'meter_purposes', '1,8').every(isGranted) ? 'meter' : 'none';
};

// While a consent tool asks, a banner steps aside.
const noteDialog = (app, isOpen) => {
  app.isConsentOpen = isOpen;
  app.updateBanner?.();
};

const listenToTcf = (app, answer) => window.__tcfapi('addEventListener', 2, (data, isOk) => {
  noteDialog(app, data?.eventStatus === 'cmpuishown');
  if (!isOk || !data || !/^(tcloaded|useractioncomplete)$/.test(data.eventStatus)) return;
  // Outside the reach of the GDPR a tool that speaks GPP too answers there.
  if (data.gdprApplies === false) return window.__gpp || answer('full');
  answer(levelOf(app, (purpose) => data.purpose?.consents?.[purpose] === true));
});

// Section numbers of the Global Privacy Platform, by name; American states follow each other from 8 on.
const STATES = 'usca usva usco usut usct usfl usmt usor ustx usde usia usne usnh usnj ustn usmn usmd usin usky usri';
const SECTIONS = { tcfeuv2: 2, tcfcav1: 5, uspv1: 6, usnat: 7 };
STATES.split(' ').forEach((name, at) => { SECTIONS[name] = 8 + at; });

const listenToGpp = (app, answer) => window.__gpp('addEventListener', (event, isOk) => {
  const { eventName, data, pingData } = event || {};
  noteDialog(app, pingData?.cmpDisplayStatus === 'visible');
  const isReady = eventName === 'signalStatus' ? data === 'ready' : pingData?.signalStatus === 'ready';
  if (!isOk || !isReady) return;
  const { applicableSections: applicable, parsedSections: parsed } = pingData || {};
  const sectionOf = (number) => Object.entries(parsed || {})
    .find(([name]) => (SECTIONS[name] ?? Number(name)) === number)?.[1];
  answer(lowest([applicable].flat().map((number) => levelOfSection(app, number, sectionOf(number)))));
});

const levelOfSection = (app, number, section) => {
  const segments = [section].flat().filter((segment) => segment && typeof segment === 'object');
  if (!segments.length) return 'none';
  if (number === 2) return levelOf(app, isGrantedIn(segments, 'PurposeConsents'));
  if (number === 5) return levelOf(app, isGrantedIn(segments, 'PurposesExpressConsent'));
  const fields = Object.assign({}, ...segments);
  if (number === 6) return fields.Notice === 'Y' && fields.OptOutSale === 'N' ? 'full' : 'none';
  return number > 6 && number <= SECTIONS.usri && isGrantedInAmerica(fields) ? 'full' : 'none';
};

// Purposes are a yes or no for each in turn, or the ascending numbers of those granted.
const isGrantedIn = (segments, field) => {
  const given = segments.map((segment) => segment[field]).find(Array.isArray) || [];
  if (given.every((value) => typeof value === 'boolean')) return (purpose) => given[purpose - 1] === true;
  const areNumbers = given.every((value, at) => Number.isInteger(value) && value > (at ? given[at - 1] : 0));
  return (purpose) => areNumbers && given.includes(purpose);
};

// A reader may opt out (1) or not (2); a notice was given (1) or not (2); children and others consent (2) or not (1).
const isGrantedInAmerica = (fields) => {
  const names = Object.keys(fields);
  const valuesOf = (pattern) => names.filter((name) => pattern.test(name)).flatMap((name) => fields[name]);
  const choices = valuesOf(/^(Sale|Sharing|TargetedAdvertising)OptOut$/);
  return !fields.Gpc && choices.includes(2) && choices.every((value) => value === 0 || value === 2)
    && !valuesOf(/Notice$/).includes(2) && !valuesOf(/^(KnownChild.*|PersonalData)Consents$/).includes(1);
};
