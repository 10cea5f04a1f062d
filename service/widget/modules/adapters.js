// The publisher's own analytics, where asked for (`data-adapters="datalayer gtag"`) and only with full consent.
const NAMES = ['decision', 'shown', 'seen', 'dismissed', 'amount', 'checkout', 'returned'];

export const start = (app) => {
  const wanted = app.attribute('adapters').split(/[ ,]+/);
  for (const name of NAMES) document.addEventListener('keepopen:' + name, ({ detail }) => {
    if (app.consent !== 'full') return;
    try {
      if (wanted.includes('datalayer')) (window.dataLayer ||= []).push({ event: 'keepopen', keepopen: detail });
      if (wanted.includes('gtag')) window.gtag?.('event', 'keepopen_' + name, { ...detail, non_interaction: !/dismissed|amount|checkout/.test(name) });
    } catch { /* not ours */ }
  });
};
