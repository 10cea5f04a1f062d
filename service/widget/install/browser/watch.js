// Runs before the page's own scripts and records what the widget says and which requests a policy refuses.
(() => {
  const seen = { events: [], blocked: [], early: false };
  Object.defineProperty(window, '__keepopenCheck', { value: seen });
  for (const name of ['decision', 'shown', 'none', 'error']) {
    addEventListener(`keepopen:${name}`, ({ detail }) => {
      seen.events.push({ name, reason: `${detail.reason ?? ''}`, placement: `${detail.placement ?? ''}` });
    });
  }
  addEventListener('securitypolicyviolation', ({ disposition, effectiveDirective, blockedURI }) => {
    if (disposition === 'enforce') seen.blocked.push([effectiveDirective, blockedURI]);
  }, true);
  // No prompt may be reported when the page closes: such a report could not be stopped any more.
  addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true);
  addEventListener('DOMContentLoaded', () => { seen.early = Boolean(window.__tcfapi || window.__gpp); }, true);
})();
