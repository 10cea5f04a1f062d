// Seen: half of it (or half a screen of it) visible for a quarter of a second in a tab that is itself visible.
export const whenSeen = (element, tell) => {
  let timer;
  let isHalf = false;
  const check = () => {
    clearTimeout(timer);
    if (isHalf && document.visibilityState === 'visible') timer = setTimeout(() => { stop(); tell(); }, 250);
  };
  const watch = new IntersectionObserver((entries) => {
    const { boundingClientRect: box, intersectionRect: shown, rootBounds: screen } = entries.at(-1);
    isHalf = shown.height > 0 && shown.height * shown.width >= 0.5 * Math.min(box.height, screen?.height || innerHeight) * box.width;
    check();
  }, { threshold: Array.from({ length: 21 }, (_, step) => step / 20) });
  const stop = () => { clearTimeout(timer); watch.disconnect(); document.removeEventListener('visibilitychange', check); };
  document.addEventListener('visibilitychange', check);
  watch.observe(element);
  return stop;
};
