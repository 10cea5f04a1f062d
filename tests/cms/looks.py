"""Scripts that measure how an appeal or a gate looks on a page."""

HIDDEN = "elements => elements.filter((element) => getComputedStyle(element).visibility === 'hidden').length"
PLACE = "keep-open[placement=article_top]"
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true });
addEventListener('keepopen:decision', () => { window.decidedAt = performance.now(); });
"""
LUMINANCE = """element => {
  const root = element.shadowRoot.querySelector('.root');
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  canvas.fillStyle = getComputedStyle(root).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""
