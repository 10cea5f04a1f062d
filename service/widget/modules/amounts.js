// Money: how an amount is written, the goal of a campaign, and how often and how much a reader contributes.
// No recurring interval is ever chosen for the reader, and the button says what it will do.
import { element } from './appeal.js';

export const style = `
form { margin-top: 1.4em; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
fieldset + fieldset { margin-top: 1em; }
legend { padding: 0; margin-bottom: .45em; font-weight: 700; font-size: .95em; }
.row { display: grid; gap: .5em; grid-template-columns: repeat(auto-fit, minmax(min(6.2em, 100%), 1fr)); }
.intervals { display: flex; flex-wrap: wrap; gap: .4em; }
.card {
  display: flex; align-items: center; justify-content: center; gap: .5em; min-height: 2.9em; padding: .4em .6em;
  border: 1px solid var(--line); border-radius: var(--round); background: var(--page); line-height: 1.25;
  cursor: pointer;
}
/* All intervals in one row, or each in a row of its own. */
.interval { flex: 1 1 calc((17.5em - 100%) * 999); gap: .35em; padding-inline: .25em; }
.card:hover { border-color: var(--ink); }
.card input { flex: none; width: 1.05em; height: 1.05em; margin: 0; accent-color: var(--bright); cursor: inherit; }
.card input:focus-visible { outline: none; }
.card:has(:checked) {
  border-color: var(--bright); box-shadow: inset 0 0 0 1px var(--bright); background: var(--mark); font-weight: 700;
}
.card:has(:focus-visible) { outline: 3px solid var(--ring); outline-offset: 2px; }
.amount { font-size: 1.1em; font-variant-numeric: tabular-nums; }
.own { margin-top: .75em; }
.own label { display: block; margin-bottom: .25em; font-size: .95em; }
.own span { display: flex; align-items: center; gap: .5em; }
.own input, .message textarea {
  padding: .4em .6em; border: 1px solid var(--line); border-radius: var(--round); background: var(--page);
}
.own input { width: 9em; max-width: 100%; min-height: 2.75em; }
.own input[aria-invalid] { border: 2px solid var(--wrong); }
.checkbox { display: flex; gap: .6em; align-items: center; min-height: 2.75em; margin-top: .6em; cursor: pointer; }
.checkbox input { flex: none; width: 1.4em; height: 1.4em; margin: 0; accent-color: var(--bright); }
.message { margin-top: .6em; }
.message label { display: block; margin-bottom: .25em; font-size: .95em; }
.message textarea { display: block; width: 100%; min-height: 4.5em; color: inherit; font: inherit; resize: vertical; }
.wrong { --wrong: light-dark(#a3151b, #ff9d96); color: var(--wrong); font-weight: 700; }
.wrong:not(:empty) { margin-top: .5em; }
.submit { width: 100%; margin-top: 1.1em; min-height: 3.1em; font-size: 1.06em; }
.submit[aria-disabled] { opacity: .75; cursor: progress; }
.ticker { margin-top: 1.1em; }
.ticker p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1em; font-size: .92em; }
.ticker b { font-variant-numeric: tabular-nums; }
progress {
  display: block; appearance: none; width: 100%; height: .55em; margin-top: .4em; border: 1px solid var(--line);
  border-radius: 1em; overflow: hidden; background: var(--page);
}
progress::-webkit-progress-bar { background: none; }
progress::-webkit-progress-value { background: var(--bright); }
progress::-moz-progress-bar { background: var(--bright); }
@media (min-width: 30em) { .submit { width: auto; min-width: 60%; } }
@media (forced-colors: active) {
  .card:has(:checked) { outline: 3px solid Highlight; outline-offset: -3px; }
  .card:has(:focus-visible) { outline: 3px solid CanvasText; outline-offset: 2px; }
  progress { forced-color-adjust: none; border-color: CanvasText; background: Canvas; }
  progress::-webkit-progress-value { background: CanvasText; }
}
`;

const SYMBOLS = { EUR: '€', GBP: '£', USD: 'US$', CAD: 'CA$', AUD: 'A$', NZD: 'NZ$', JPY: '¥', PLN: 'zł' };
// Decimal digits as Stripe counts them: https://docs.stripe.com/currencies#zero-decimal
const NO_DECIMALS = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF';
const THREE_DECIMALS = 'BHD JOD KWD OMR TND';
const exponentOf = (currency) => (NO_DECIMALS.includes(currency) ? 0 : THREE_DECIMALS.includes(currency) ? 3 : 2);
const stepOf = (currency) => (exponentOf(currency) === 3 ? 10 : /ISK|UGX/.test(currency) ? 100 : 1);
const [MOST_MINOR, PATIENCE_MILLISECONDS] = [99999999, 10000];

// Written by hand: the first Intl.NumberFormat of a page takes a slow phone a tenth of a second.
const written = (word, minor, { currency, exponent }) => {
  const { money, separators: [decimal, thousands] } = word.texts;
  const isHome = currency === 'USD' && /-us$/i.test(word.tag);
  const symbol = isHome ? '$' : SYMBOLS[currency] || currency;
  const digits = String(minor).padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  const whole = digits.slice(0, point).replace(/\B(?=(\d{3})+$)/g, thousands);
  const rest = digits.slice(point);
  const number = Number(rest) ? whole + decimal + rest : whole;
  const needsSpace = /^¤/.test(money) && symbol === currency;
  return word('money', { n: number }).replace('¤', symbol + (needsSpace ? '\u00a0' : ''));
};

const writtenDay = (word, day) => {
  const [, month, date] = day.split('-').map(Number);
  return word('day', { date, month: word('months').split(',')[month - 1] });
};

// The goal of a campaign and how much of it has been raised, in words and as a bar.
export const goal = ({ ticker, ask }, word) => {
  const { currency } = ticker;
  const money = { currency, exponent: currency === ask.currency ? ask.exponent : exponentOf(currency) };
  const amounts = { raised: written(word, ticker.raised_minor, money), goal: written(word, ticker.goal_minor, money) };
  const until = ticker.ends_on && ` · ${word('goal_until', { day: writtenDay(word, ticker.ends_on) })}`;
  const raised = Math.min(ticker.raised_minor, ticker.goal_minor);
  return element('div', { class: 'ticker', part: 'ticker' },
    element('p', {}, element('span', {}, ticker.label, until), element('b', {}, word('goal', amounts))),
    element('progress', { max: ticker.goal_minor, value: raised, 'aria-hidden': 'true' }));
};

// Names of a currency in its own country, beside those that the browser knows.
const HOME_NAMES = {
  AUD: ['AU$'], CAD: ['C$'], CHF: ['Fr.', 'Fr', 'SFr.', 'SFr'], DKK: ['kr.'], INR: ['Rs'], ISK: ['kr.'],
  JPY: ['￥', '円'], NOK: ['kr.'], SEK: ['kr.'], SGD: ['S$'],
};
const namesOf = (currency, tag) => [tag, 'ar'].flatMap((language) => ['symbol', 'narrowSymbol'].map((currencyDisplay) =>
  new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay }).formatToParts(1)
    .find(({ type }) => type === 'currency').value))
  .concat(currency, SYMBOLS[currency] || [], HOME_NAMES[currency] || []);

// The digits of a script begin at a multiple of 16, or 6 after it; mathematical digits do not.
const digitOf = (digit) => {
  const code = digit.codePointAt(0);
  const low = code % 16;
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  return /\p{Nd}/u.test(String.fromCodePoint(code - low)) ? low : low - 6;
};
const inAsciiDigits = (text) => text.replace(/\p{Cf}/gu, '').replace(/\p{Nd}/gu, digitOf).trim();

const withoutCurrency = (text, currency, tag) => {
  const lowered = text.toLowerCase();
  const names = namesOf(currency, tag).map((name) => inAsciiDigits(name).toLowerCase());
  for (const name of names.sort((one, other) => other.length - one.length)) {
    if (lowered.startsWith(name)) return lowered.slice(name.length).trim();
    if (lowered.endsWith(name)) return lowered.slice(0, -name.length).trim();
  }
  return text;
};

// Minor units of a typed amount (`5`, `5,50`, `٥٫٥`, `€ 5`, `5.-`), or null if it cannot be read. Further decimals are
// refused even if they are zeros, because `1,000` may mean one thousand. The service reads by the same rules.
const minorOf = (typed, { currency, exponent }, tag) => {
  const text = inAsciiDigits(typed);
  const number = /[^\d.,٫，．–—-]/.test(text) ? withoutCurrency(text, currency, tag) : text;
  const [, whole, decimals = ''] = /^(\d{1,8})(?:[.,٫，．](?:[-–—]{1,2}|(\d*)))?$/.exec(number) || [];
  const minor = Number(whole + decimals.padEnd(exponent, '0'));
  return whole && decimals.length <= exponent && minor % stepOf(currency) === 0 ? minor : null;
};

const problemOf = (text) => { try { return JSON.parse(text) || {}; } catch { return {}; } };

const checkbox = (text, onchange) => element('label', { class: 'checkbox' },
  element('input', { type: 'checkbox', onchange }), element('span', {}, text));

// What a site may ask beside the contribution; `asked` names it. `answers()` is for the service alone.
const extraQuestions = (asked, word, prefix) => {
  const id = `${prefix}-message`;
  const anonymous = /anonymous/.test(asked) && checkbox(word('gift_anonymous'));
  const message = /message/.test(asked) && element('textarea', { id, rows: 2, maxlength: 500 });
  const label = message && element('label', { for: id }, word('gift_message'));
  return {
    parts: [anonymous, message && element('div', { class: 'message' }, label, message)],
    answers: () => ({
      is_anonymous: anonymous && anonymous.control.checked || undefined,
      message: message && message.value.replace(/[^\P{Cc}\n]/gu, ' ').trim() || undefined,
    }),
  };
};

let formCount = 0;

// The form, with `setBusy(bool)` and `showFailure(error)`. It calls `onchoice(choice)` at each change, and
// `onsubmit(choice, answers)`.
export const chooser = ({ ask, copy }, { word, asked, onchoice, onsubmit }) => {
  const prefix = `k${formCount += 1}`;
  const once = ask.intervals.find(({ interval }) => interval === 'one_off');
  let current = once || (ask.intervals.length === 1 ? ask.intervals[0] : null);
  let picked = current?.default_minor ?? null; // minor units, 'own' or null
  const money = (minor) => written(word, minor, ask);
  const amounts = element('div', { class: 'row' });
  const own = element('input', {
    id: `${prefix}-own`, inputmode: 'decimal', autocomplete: 'off', maxlength: 24,
    'aria-describedby': `${prefix}-wrong`, oninput: () => changed(),
  });
  const ownLine = element('div', { class: 'own', hidden: true },
    element('label', { for: `${prefix}-own` }, word('own')),
    element('span', {}, own, element('span', {}, ask.currency)));
  const wrong = element('p', { class: 'wrong', part: 'error', id: `${prefix}-wrong`, role: 'alert' });
  const submit = element('button', { class: 'submit', part: 'button', type: 'submit' }, copy.button);
  const fee = checkbox(word('fee'), () => changed());
  const extra = extraQuestions(asked, word, prefix);

  const choice = () => {
    const amount = picked === 'own' ? minorOf(own.value, ask, word.tag) : picked;
    const covers_fee = fee.control.checked;
    return { interval: current?.interval, currency: ask.currency, amount_minor: amount, covers_fee };
  };
  const most = () => current.maximum_minor ?? MOST_MINOR;
  const isWithinLimits = (amount) => amount > 0 && amount >= current.minimum_minor && amount <= most();
  const redraw = () => {
    const { amount_minor: amount } = choice();
    const isComplete = current && amount !== null && isWithinLimits(amount);
    const promise = isComplete && word(`each_${current.interval}`, { amount: money(amount) });
    ownLine.hidden = picked !== 'own';
    own.removeAttribute('aria-invalid');
    wrong.textContent = '';
    submit.textContent = isComplete ? `${copy.button}: ${promise}` : copy.button;
  };
  const changed = () => { redraw(); onchoice(choice()); };
  const focusOwn = (value, isPointer) => {
    if (value === 'own' && isPointer) requestAnimationFrame(() => own.focus());
  };
  const radio = (kind, value, isChecked, label, onchange) => element('label', {
    class: `card ${kind}`, part: 'choice', onclick: ({ detail: isPointer }) => focusOwn(value, isPointer),
  }, element('input', { type: 'radio', name: prefix + kind, value, checked: isChecked, onchange }),
  element('span', {}, label));
  const amountRadio = (value, label) =>
    radio('amount', value, picked === value, label, () => { picked = value; changed(); });
  const drawAmounts = () => {
    amounts.replaceChildren(...(current?.amounts_minor || []).map((minor) => amountRadio(minor, money(minor))));
    if (current && ask.allows_own_amount) amounts.append(amountRadio('own', word('other')));
    amountsSet.hidden = !current;
  };
  const choose = (interval) => {
    current = interval;
    if (picked !== 'own') picked = interval.default_minor ?? null;
    drawAmounts();
    changed();
  };
  const intervalRadio = (interval) =>
    radio('interval', interval.interval, interval === current, word(interval.interval), () => choose(interval));
  const intervalsSet = ask.intervals.length > 1 && element('fieldset', {},
    element('legend', {}, word('how_often')),
    element('div', { class: 'row intervals', part: 'intervals' }, ask.intervals.map(intervalRadio)));
  const amountsSet = element('fieldset', { part: 'amounts' },
    element('legend', {}, word('how_much', { currency: ask.currency })), amounts, ownLine);
  const limits = () => word('range', { min: money(current.minimum_minor || 1), max: money(most()) });
  const showProblem = (text, field) => { wrong.textContent = text; if (field) field.focus(); };
  const send = (event) => {
    event.preventDefault();
    const chosen = choice();
    if (submit.hasAttribute('aria-disabled')) return;
    if (!current) return showProblem(word('pick_often'), intervalsSet.querySelector('input'));
    if (picked === null) return showProblem(word('pick'), amounts.querySelector('input'));
    if (!isWithinLimits(chosen.amount_minor)) {
      own.setAttribute('aria-invalid', 'true');
      return showProblem(chosen.amount_minor === null ? word('unreadable_amount') : limits(), own);
    }
    onsubmit(chosen, extra.answers());
  };
  const form = element('form', { novalidate: true, part: 'amounts-form', onsubmit: send },
    intervalsSet, amountsSet, ask.can_cover_fee && fee, extra.parts, wrong, submit);
  form.setBusy = (isBusy) => {
    if (!isBusy) {
      submit.removeAttribute('aria-disabled');
      return redraw();
    }
    submit.setAttribute('aria-disabled', 'true');
    submit.textContent = word('wait');
  };
  // While stolen cards are being tested the service refuses small amounts and says what the least is.
  form.showFailure = ({ cause }) => {
    const { minimum_minor: minimum, maximum_minor: maximum, currency } = problemOf(cause);
    const isLimit = minimum <= maximum && currency === ask.currency;
    if (isLimit) Object.assign(current, { minimum_minor: minimum, maximum_minor: maximum });
    form.setBusy(false);
    showProblem(isLimit ? limits() : word('failed'), picked === 'own' && own);
  };
  drawAmounts();
  redraw();
  return form;
};

// The address of the payment page. While cards are being tested the service asks for a proof of work first.
const checkout = async (app, prompt, choice) => {
  const ask = (proof) => app.exchange('v1/checkout', {
    prompt_token: prompt.prompt_token, ...choice,
    return_url: app.attribute('routes') ? location.href : location.href.split('#')[0],
    page_id: app.facts.page_id?.slice(0, 200), language: prompt.copy.language, proof,
  }, PATIENCE_MILLISECONDS);
  const late = () => app.pause(PATIENCE_MILLISECONDS).then(() => { throw Error('late'); });
  const answer = await ask().catch(async (error) => {
    if (!/"proof_needed"/.test(error.cause)) throw error;
    const { prove } = await Promise.race([app.load('proof'), late()]);
    return ask(await prove(prompt.prompt_token));
  });
  const { protocol, href } = new URL(answer.checkout_url);
  if (!/^https?:$/.test(protocol)) throw Error('address');
  return href;
};

// The form of a prompt, from which a reader gets to the hosted payment page.
export const contributionForm = (prompt, { app, word, emit, report, isGone }) => {
  const leave = async (choice, answers) => {
    form.setBusy(true);
    report('clicked');
    try {
      const address = await checkout(app, prompt, { ...choice, ...answers });
      if (isGone()) return;
      emit('checkout', choice);
      location.assign(address);
    } catch (error) {
      form.showFailure(error);
    }
  };
  const asked = app.attribute('gift_fields');
  const form = chooser(prompt, { word, asked, onchoice: (choice) => emit('amount', choice), onsubmit: leave });
  return form;
};
