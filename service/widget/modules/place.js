// Putting something into the page, or taking it out, without making it jump: what moves is held where it was and let go gently.
const below = (host) => {
  const found = [];
  for (let node = host; node && node !== document.body; node = node.parentElement) {
    for (let next = node.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
  }
  return found;
};

export const gently = (host, change) => {
  const before = below(host).map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.height && box.top < innerHeight && box.bottom > 0);
  change();
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const [element, { left, top }] of before) {
    const box = element.getBoundingClientRect();
    const move = `translate(${left - box.left}px, ${top - box.top}px)`;
    if (left === box.left && top === box.top) continue;
    element.animate([{ transform: move }, { transform: 'none' }], isCalm
      ? { duration: 40, easing: 'steps(1, end)' } : { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' });
  }
  if (!isCalm) host.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 320 });
};

// Focus goes back to the reading, not to the top of the page.
export const backToReading = (host) => {
  const heading = host.closest('article,main')?.querySelector('h1,h2') || document.querySelector('h1') || document.querySelector('main') || document.body;
  const had = heading.getAttribute('tabindex');
  if (had === null) {
    heading.setAttribute('tabindex', '-1');
    heading.addEventListener('blur', () => heading.removeAttribute('tabindex'), { once: true });
  }
  heading.focus({ preventScroll: true });
};
