// One language's words, numbers and amounts. `{name}` in a word is replaced by a value.
const SYMBOLS = { EUR: '€', GBP: '£', USD: 'US$', CAD: 'CA$', AUD: 'A$', NZD: 'NZ$', JPY: '¥', PLN: 'zł' };
const KNOWN = ['en', 'ga', 'fr', 'de', 'es', 'pl', 'ar'];

const known = {};

// Each language is fetched once; a failed fetch may be tried again.
export const wordsFor = (tag) => known[tag] ||= make(tag).catch((error) => { delete known[tag]; throw error; });

const make = async (tag) => {
  const language = KNOWN.find((one) => `${tag}`.toLowerCase().split('-')[0] === one) || 'en';
  const response = await fetch(new URL(`../locales/${language}.json`, import.meta.url));
  const texts = await response.json();
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const word = (key, values) => fill(texts[key], values);
  word.language = language;
  word.direction = language === 'ar' ? 'rtl' : 'ltr';
  word.plural = (key, count) => fill(texts[key][new Intl.PluralRules(language).select(count)] ?? texts[key].other, { count });
  // by hand: the first Intl.NumberFormat of a page costs a slow phone a tenth of a second
  word.amount = (minor, { currency, exponent }) => {
    const sign = currency === 'USD' && /-us$/i.test(tag) ? '$' : SYMBOLS[currency] || currency;
    const digits = String(minor).padStart(exponent + 1, '0');
    const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, texts.separators[1]);
    const rest = digits.slice(digits.length - exponent);
    const number = Number(rest) ? whole + texts.separators[0] + rest : whole;
    return fill(texts.money, { n: number }).replace('¤', sign + (/^¤/.test(texts.money) && sign === currency ? '\u00a0' : ''));
  };
  word.day = (day) => {
    const [, month, date] = day.split('-').map(Number);
    return word('day', { date, month: texts.months.split(',')[month - 1] });
  };
  return word;
};
