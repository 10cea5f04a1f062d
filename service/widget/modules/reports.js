// What becomes of a prompt: seen, closed, used, put off. It is fetched beside the prompt and delays none.
import { element } from './appeal.js';

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
export const watchSeen = (node, { emit, report: reportSeen }) => {
  let timer;
  let isHalfVisible = false;
  const tell = () => {
    stop();
    emit('seen');
    reportSeen('seen');
  };
  const check = () => {
    clearTimeout(timer);
    if (isHalfVisible && document.visibilityState === 'visible') timer = setTimeout(tell, 250);
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

// Focus goes back to where it came from, or to the heading of what is being read, not to the top of the page.
export const backToReading = (host, opener) => {
  if (opener?.isConnected) return opener.focus();
  const heading = host.closest('article,main')?.querySelector('h1,h2')
    || document.querySelector('h1') || document.querySelector('main') || document.body;
  if (!heading.hasAttribute('tabindex')) {
    heading.setAttribute('tabindex', '-1');
    heading.addEventListener('blur', () => heading.removeAttribute('tabindex'), { once: true });
  }
  heading.focus({ preventScroll: true });
};

const replaceButton = ({ host }, button, other, focused = other) => {
  const hadFocus = [button, document.body].includes(host.shadowRoot.activeElement || document.activeElement);
  button.parentElement.replaceChildren(other);
  if (hadFocus) focused.focus();
};

// What the buttons below a prompt do, by the key of their words.
export const answers = {
  async remind(button, tools) {
    const { offer } = await tools.app.load('remind');
    const choices = offer(tools.app, { word: tools.word, done: () => tools.report('dismissed') });
    replaceButton(tools, button, choices, choices.querySelector('button'));
  },
  async stop_counting(button, tools) {
    const { stopCounting } = await tools.app.load('privacy');
    await stopCounting(tools.app);
    replaceButton(tools, button, element('span', { role: 'status', tabindex: -1 }, tools.word('stopped')));
  },
};
