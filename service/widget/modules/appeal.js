// The words of an appeal, and under them the way to give.
import { h } from './dom.js';

const cross = () => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M2 2l12 12M14 2L2 14');
  svg.append(path);
  return svg;
};

export const closeButton = (word, onclick) => h('button', { class: 'close', part: 'close', type: 'button', 'aria-label': word('close'), onclick }, cross());

export const heading = ({ copy }) => [
  h('h2', { id: 'heading', part: 'heading', tabindex: -1 }, copy.heading),
  copy.subheading && h('p', { class: 'subheading', part: 'subheading' }, copy.subheading),
];

export const text = ({ copy }) => h('div', { class: 'text', part: 'text' },
  copy.paragraphs.map((paragraph) => h('p', {}, paragraph)),
  copy.highlight && h('p', {}, h('mark', { part: 'highlight' }, copy.highlight)));

export const ticker = ({ ticker: goal, ask }, word) => {
  if (!goal) return null;
  const money = { currency: goal.currency, exponent: ask.currency === goal.currency ? ask.exponent : 2 };
  return h('div', { class: 'ticker', part: 'ticker' },
    h('p', {}, h('span', {}, goal.label, goal.ends_on && ` · ${word('goal_until', { day: word.day(goal.ends_on) })}`),
      h('b', {}, word('goal', { raised: word.amount(goal.raised_minor, money), goal: word.amount(goal.goal_minor, money) }))),
    h('progress', { max: goal.goal_minor, value: Math.min(goal.raised_minor, goal.goal_minor), 'aria-hidden': 'true' }));
};

// `tools`: word, chooser (the amounts form), dismiss, links
export const build = (prompt, tools) => h('section', {
  class: `root appeal${prompt.is_dismissible ? ' dismissible' : ''}`, part: 'appeal', 'aria-labelledby': 'heading',
}, heading(prompt), prompt.is_dismissible && closeButton(tools.word, tools.dismiss), text(prompt), ticker(prompt, tools.word),
tools.chooser, prompt.copy.footnote && h('p', { class: 'footnote', part: 'footnote' }, prompt.copy.footnote), tools.links);
