// Returns what `watch.js` recorded, and what the finished page says about the widget and consent tools.
() => ({
  ...window.__keepopenCheck,
  scripts: document.querySelectorAll('script[src*="v1/widget"]').length,
  running: window.keepopen?.version === 1,
  consentApi: Boolean(window.__tcfapi || window.__gpp),
  tools: Object.entries({
    OneTrust: 'OneTrust', Cookiebot: 'Cookiebot', Didomi: 'Didomi', UC_UI: 'Usercentrics', _sp_: 'Sourcepoint',
    _iub: 'iubenda', getCkyConsent: 'CookieYes', truste: 'TrustArc', cmplz_has_consent: 'Complianz', klaro: 'Klaro',
  }).filter(([name]) => name in window).map(([, name]) => name),
})
