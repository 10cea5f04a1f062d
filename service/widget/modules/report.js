// Telling the service what happened to a prompt. One id per happening, so that telling it again counts nothing.
const pending = new Map();

export const report = async (app, prompt, event) => {
  const told = prompt.told ||= new Set();
  if (told.has(event)) return;
  told.add(event);
  const id = `${prompt.prompt_token.slice(-12)}-${event}-${app.view}`.replace(/[^\w-]/g, '');
  const body = { site: app.site, prompt_token: prompt.prompt_token, event, event_id: id };
  pending.set(id, () => fetch(app.base + 'v1/events', { method: 'POST', body: JSON.stringify(body), keepalive: true,
    credentials: app.consent === 'none' ? 'omit' : 'include' }).catch(() => {}));
  try {
    await app.exchange('v1/events', body, 4000);
    pending.delete(id);
  } catch { /* once more when the page goes */ }
};

addEventListener('pagehide', () => {
  for (const again of pending.values()) again();
  pending.clear();
});
