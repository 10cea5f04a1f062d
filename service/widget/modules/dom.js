// Elements without markup: names, attributes, listeners (`onclick`), children. Text stays text.
export const h = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value || value === 0 || value === '') element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
};

export const sheet = (...texts) => texts.map((text) => {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
});
