// Telling the service what happened to a prompt. One id per happening, so that telling it again counts nothing.
const pending = new Map();

export const report = async (app, prompt, event) => {
  const told = prompt.told ||= new Set();
  if (told.has(event)) return;
  told.add(event);
  const id = `${prompt.prompt_token.slice(-12)}-${event}-${app.view}`.replace(/[^\w-]/g, '');
  const body = { site: app.site, prompt_token: prompt.prompt_token, event, event_id: id };
  pending.set(id, body);
  try {
    await app.exchange('v1/events', body, 4000);
    pending.delete(id);
  } catch { /* the beacon below tries once more */ }
};

addEventListener('pagehide', () => {
  for (const body of pending.values()) navigator.sendBeacon?.(report.address, JSON.stringify(body));
  pending.clear();
});
