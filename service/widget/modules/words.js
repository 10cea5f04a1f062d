// One language's words, numbers and amounts. `{name}` in a word is replaced by a value.
const KNOWN = ['en', 'ga', 'fr', 'de', 'es', 'pl', 'ar'];

export const wordsFor = async (app, tag) => {
  const language = KNOWN.find((known) => `${tag}`.toLowerCase().split('-')[0] === known) || 'en';
  const response = await fetch(new URL(`../locales/${language}.json`, import.meta.url));
  const texts = await response.json();
  const locale = `${tag}`.startsWith(language) ? tag : language;
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const word = (key, values) => fill(texts[key], values);
  word.language = language;
  word.direction = language === 'ar' ? 'rtl' : 'ltr';
  word.plural = (key, count) => {
    const forms = texts[key];
    const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
    return fill(form, { count: new Intl.NumberFormat(locale).format(count) });
  };
  word.amount = (minor, { currency, exponent }) => new Intl.NumberFormat(locale, {
    style: 'currency', currency, maximumFractionDigits: exponent,
    minimumFractionDigits: minor % 10 ** exponent ? exponent : 0 }).format(minor / 10 ** exponent);
  word.day = (day) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(day));
  return word;
};
