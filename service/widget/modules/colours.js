// The colours of a campaign, `#rrggbb`, for the light scheme: those that are unreadable together are replaced, others
// are derived. The dark scheme keeps the accent only. The publisher's custom properties stand above all of them.
const LIGHT_PAPER = '#eef3f4';
const luminance = (colour) => [0.2126, 0.7152, 0.0722]
  .reduce((sum, weight, at) => sum + weight * (parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16) / 255) ** 2.2, 0.05);
const contrast = (colour, other) => {
  const ratio = luminance(colour) / luminance(other);
  return Math.max(ratio, 1 / ratio);
};
const readable = (wish, behind) => wish && contrast(wish, behind) > 4.7 ? wish
  : contrast('#000000', behind) > contrast('#ffffff', behind) ? '#000000' : '#ffffff';
export const colours = (design) => {
  const [accent, accentText, background, text] = ['accent', 'accent_text', 'background', 'text']
    .map((name) => /^#[0-9a-f]{6}$/i.test(design[name]) && design[name]);
  const paper = background || LIGHT_PAPER;
  const ink = (background || text) && readable(text, paper);
  const edge = accent || '#0b5563';
  // On a paper of middle brightness nothing but the ink itself can be read, and no tint.
  const isTight = ink && contrast(ink, paper) < 8;
  const found = {
    accent, background, text: ink,
    on: accent && readable(accentText, accent),
    edge: contrast(edge, paper) < 3.2 && readable(ink, paper),
    soft: isTight && ink,
    mark: isTight && paper,
  };
  const named = Object.entries(found).filter(([, value]) => value);
  return `.root { ${named.map(([name, value]) => `--campaign-${name}: ${value};`).join(' ')} }`;
};
