// Measures the places of the finished page, in CSS pixels, and counts what each selector matches.
async ({ gated, keepClear, bodies, comments }) => {
  const LEAST_TEXT_CHARACTERS = 60; // shorter paragraphs are bylines and captions
  const SETTLE_MILLISECONDS = 400; // longer than the banner needs to step aside

  const isRendered = (element) => element.getClientRects().length > 0
    && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  const count = (selector) => {
    try {
      return selector ? document.querySelectorAll(selector).length : null;
    } catch {
      return null; // not a selector
    }
  };

  const paragraphWidth = (place) => {
    for (let around = place.parentElement; around; around = around.parentElement) {
      const widths = [...around.querySelectorAll('p')]
        .filter((paragraph) => paragraph.textContent.trim().length >= LEAST_TEXT_CHARACTERS && isRendered(paragraph))
        .map((paragraph) => Math.round(paragraph.getBoundingClientRect().width))
        .sort((one, other) => one - other);
      if (widths.length) return widths[Math.floor(widths.length / 2)];
    }
    return null;
  };

  const measurePlace = (place) => {
    const appeal = place.shadowRoot?.querySelector('[part~=appeal]');
    const before = place.getAttribute('style');
    if (!appeal) place.style.setProperty('display', 'block', 'important'); // an empty place has no box of its own
    const isVisible = isRendered(appeal || place);
    const { width, height, right } = (appeal || place).getBoundingClientRect();
    if (!appeal) before === null ? place.removeAttribute('style') : place.setAttribute('style', before);
    return {
      placement: place.getAttribute('placement') || '', width: Math.round(width), height: Math.round(height),
      paragraphWidth: paragraphWidth(place), isVisible: isVisible && right > 0, isDrawn: Boolean(appeal),
    };
  };

  // How many pixels of an element's end lie under the banner when the reader has scrolled there.
  const coveredHeight = async (element, banner) => {
    element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    // The widget's scroll padding keeps what is scrolled into view clear of the banner; a reader scrolls further.
    scrollBy({ top: element.getBoundingClientRect().bottom - innerHeight, behavior: 'instant' });
    await new Promise((go) => setTimeout(go, SETTLE_MILLISECONDS));
    const { position, visibility } = getComputedStyle(banner);
    if (position !== 'fixed' || visibility !== 'visible') return 0;
    const box = element.getBoundingClientRect();
    return Math.round(Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, banner.getBoundingClientRect().top)));
  };

  const measureCovered = async () => {
    const banner = document.querySelector('keep-open[placement=page_bottom]')?.shadowRoot?.querySelector('[part~=banner]');
    const covered = {};
    const measured = [];
    for (const selector of banner ? comments : []) {
      const element = [...document.querySelectorAll(selector)].find(isRendered);
      if (!element || measured.some((other) => other.contains(element))) continue;
      measured.push(element);
      const height = await coveredHeight(element, banner);
      if (height) covered[selector] = height;
    }
    return covered;
  };

  const places = [...document.querySelectorAll('keep-open')]
    .filter((place) => !['page_bottom', 'over_article'].includes(place.getAttribute('placement')));
  return {
    places: places.map(measurePlace), gated: count(gated), keepClear: count(keepClear), screenHeight: innerHeight,
    bodies: bodies.filter(count), covered: await measureCovered(),
  };
}
