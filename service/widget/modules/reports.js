// What became of a prompt: seen, closed or used. It is fetched when a prompt is there, so that it delays none.

// Reports that may still have to be sent when the page goes, by event id.
const pending = new Map();

// Reports to the service what happened to a prompt. The id makes a repeated report count nothing.
export const report = async (app, prompt, event) => {
  const reported = prompt.reported ||= new Set();
  if (reported.has(event)) return;
  reported.add(event);
  const id = `${prompt.prompt_token.slice(-12)}-${event}-${app.view}`.replace(/[^\w-]/g, '');
  const body = { site: app.site, prompt_token: prompt.prompt_token, event, event_id: id };
  const sendAgain = () => app.post('v1/events', body, 4000).catch(() => {});
  // In local mode the report may have to wait for another tab.
  if (app.attribute('passport')) pending.set(id, sendAgain);
  try {
    await app.exchange('v1/events', body, 4000);
    pending.delete(id);
  } catch { pending.set(id, sendAgain); }
};

addEventListener('pagehide', () => {
  for (const sendAgain of pending.values()) sendAgain();
  pending.clear();
});

// Seen: half of the prompt, or half a screen of it, visible for a quarter of a second in a tab that is itself visible.
export const whenSeen = (node, act) => {
  let timer;
  let isHalfVisible = false;
  const check = () => {
    clearTimeout(timer);
    if (isHalfVisible && document.visibilityState === 'visible') timer = setTimeout(() => { stop(); act(); }, 250);
  };
  const observer = new IntersectionObserver((entries) => {
    const { boundingClientRect: box, intersectionRect: visible, rootBounds: screen } = entries.at(-1);
    const half = 0.5 * Math.min(box.height, screen?.height || innerHeight) * box.width;
    isHalfVisible = visible.height > 0 && visible.height * visible.width >= half;
    check();
  }, { threshold: [...Array(21).keys()].map((step) => step / 20) });
  const stop = () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', check);
  };
  document.addEventListener('visibilitychange', check);
  observer.observe(node);
  return stop;
};
