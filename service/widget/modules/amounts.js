// How often and how much, and from there to the hosted payment page. Nothing monthly is ever chosen for the reader; the button says what it will do.
import { h } from './appeal.js';

export const style = `
form { margin-top: 1.4em; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
fieldset + fieldset { margin-top: 1em; }
legend { padding: 0; margin-bottom: .45em; font-weight: 700; font-size: .95em; }
.row { display: grid; gap: .5em; grid-template-columns: repeat(auto-fit, minmax(min(6.2em, 100%), 1fr)); }
.intervals { display: flex; flex-wrap: wrap; gap: .4em; }
.card { display: flex; align-items: center; justify-content: center; gap: .5em; min-height: 2.9em; padding: .4em .6em; border: 1px solid var(--line); border-radius: var(--round); background: var(--page); line-height: 1.25; cursor: pointer; }
.often { flex: 1 1 calc((17.5em - 100%) * 999); gap: .35em; padding-inline: .25em; } /* all in one row, or each in its own */
.card:hover { border-color: var(--ink); }
.card input { flex: none; width: 1.05em; height: 1.05em; margin: 0; accent-color: var(--bright); cursor: inherit; }
.card input:focus-visible { outline: none; }
.card:has(:checked) { border-color: var(--bright); box-shadow: inset 0 0 0 1px var(--bright); background: var(--mark); font-weight: 700; }
.card:has(:focus-visible) { outline: 3px solid var(--ring); outline-offset: 2px; }
.sum { font-size: 1.1em; font-variant-numeric: tabular-nums; }
.own { margin-top: .75em; }
.own label { display: block; margin-bottom: .25em; font-size: .95em; }
.own span { display: flex; align-items: center; gap: .5em; }
.own input { width: 9em; max-width: 100%; min-height: 2.75em; padding: .4em .6em; border: 1px solid var(--line); border-radius: var(--round); background: var(--page); }
.own input[aria-invalid] { border: 2px solid var(--wrong); }
.fee { display: flex; gap: .6em; align-items: center; min-height: 2.75em; margin-top: .6em; cursor: pointer; }
.fee input { flex: none; width: 1.4em; height: 1.4em; margin: 0; accent-color: var(--accent); }
.say { margin-top: .6em; }
.say label { display: block; margin-bottom: .25em; font-size: .95em; }
.say textarea { display: block; width: 100%; min-height: 4.5em; padding: .5em .6em; border: 1px solid var(--line); border-radius: var(--round); background: var(--page); color: inherit; font: inherit; resize: vertical; }
.wrong { --wrong: light-dark(#a3151b, #ff9d96); color: var(--wrong); font-weight: 700; }
.wrong:not(:empty) { margin-top: .5em; }
.give { width: 100%; margin-top: 1.1em; min-height: 3.1em; font-size: 1.06em; }
.give[aria-disabled] { opacity: .75; cursor: progress; }
@media (min-width: 30em) { .give { width: auto; min-width: 60%; } }
@media (forced-colors: active) { .card:has(:checked) { outline: 3px solid Highlight; outline-offset: -3px; } .card:has(:focus-visible) { outline: 3px solid CanvasText; outline-offset: 2px; } }
`;

// Minor units of what a reader typed (`5`, `5.00`, `5,00`, ٥): null where it is not an amount.
export const minorOf = (typed, exponent) => {
  const plain = typed.trim().replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x660).replace(/[,٫]/, '.');
  const match = /^(\d{1,8})(?:\.(\d*))?$/.exec(plain);
  if (!match || (match[2] || '').length > exponent) return null;
  return Number(match[1] + (match[2] || '').padEnd(exponent, '0'));
};

const problemOf = (text) => { try { return JSON.parse(text) || {}; } catch { return {}; } };

let made = 0;

const checkbox = (text, onchange) => h('label', { class: 'fee' }, h('input', { type: 'checkbox', onchange }), h('span', {}, text));

// What a site may ask beside the gift: `asked` names it. `said()` is what the reader answered, for the service alone.
const besides = (asked, word, prefix) => {
  const anonymous = /anonymous/.test(asked) && checkbox(word('gift_anonymous'));
  const text = /message/.test(asked) && h('textarea', { id: `${prefix}-say`, rows: 2, maxlength: 500 });
  return {
    parts: [anonymous, text && h('div', { class: 'say' }, h('label', { for: `${prefix}-say` }, word('gift_message')), text)],
    said: () => ({ is_anonymous: anonymous && anonymous.control.checked || undefined,
      message: text && text.value.replace(/[^\P{Cc}\n]/gu, ' ').trim() || undefined }),
  };
};

// `asked`: gift fields; `onchoice(choice)` at each change, `ongive(choice, said)` on submit.
// Returns the form, with `busy(bool)` and `fail(error)`.
export const chooser = ({ ask, copy }, { word, asked, onchoice, ongive }) => {
  const prefix = `k${made += 1}`;
  const once = ask.intervals.find(({ interval }) => interval === 'one_off');
  let current = once || (ask.intervals.length === 1 ? ask.intervals[0] : null);
  let picked = current?.default_minor ?? null; // minor units, 'own' or null
  const money = (minor) => word.amount(minor, ask);
  const sums = h('div', { class: 'row' });
  const own = h('input', { id: `${prefix}-own`, inputmode: 'decimal', autocomplete: 'off', maxlength: 12, 'aria-describedby': `${prefix}-wrong`, oninput: () => changed() });
  const ownLine = h('div', { class: 'own', hidden: true }, h('label', { for: `${prefix}-own` }, word('own')),
    h('span', {}, own, h('span', {}, ask.currency)));
  const wrong = h('p', { class: 'wrong', part: 'error', id: `${prefix}-wrong`, role: 'alert' });
  const give = h('button', { class: 'give', part: 'button', type: 'submit' }, copy.button);
  const fee = checkbox(word('fee'), () => changed());
  const beside = besides(asked, word, prefix);

  const choice = () => {
    const amount = picked === 'own' ? minorOf(own.value, ask.exponent) : picked;
    return { interval: current?.interval, currency: ask.currency, amount_minor: amount, covers_fee: fee.control.checked };
  };
  const isWithin = (amount) => amount > 0 && amount >= current.minimum_minor && amount <= (current.maximum_minor ?? 99999999);
  const redraw = () => {
    const { amount_minor: amount } = choice();
    ownLine.hidden = picked !== 'own';
    own.removeAttribute('aria-invalid');
    wrong.textContent = '';
    give.textContent = current && amount !== null && isWithin(amount)
      ? `${copy.button}: ${word(`each_${current.interval}`, { amount: money(amount) })}` : copy.button;
  };
  const changed = () => { redraw(); onchoice(choice()); };
  const radio = (name, value, isOn, label, tell, kind) => h('label', { class: `card ${kind}`, part: 'choice',
    onclick: ({ detail: isPointer }) => { if (value === 'own' && isPointer) requestAnimationFrame(() => own.focus()); } },
    h('input', { type: 'radio', name: prefix + name, value, checked: isOn, onchange: tell }), h('span', {}, label));
  const drawSums = () => {
    const amounts = current?.amounts_minor || [];
    sums.replaceChildren(...amounts.map((minor) => radio('sum', minor, minor === picked, money(minor), () => { picked = minor; changed(); }, 'sum')));
    if (current && ask.allows_own_amount) sums.append(radio('sum', 'own', picked === 'own', word('other'), () => { picked = 'own'; changed(); }, 'sum'));
    sumsSet.hidden = !current;
  };
  const choose = (interval) => {
    current = interval;
    if (picked !== 'own') picked = interval.default_minor ?? null;
    drawSums();
    changed();
  };
  const oftenSet = ask.intervals.length > 1 && h('fieldset', {}, h('legend', {}, word('how_often')), h('div', { class: 'row intervals', part: 'intervals' },
    ask.intervals.map((one) => radio('often', one.interval, one === current, word(one.interval), () => choose(one), 'often'))));
  const sumsSet = h('fieldset', { part: 'amounts' }, h('legend', {}, word('how_much', { currency: ask.currency })), sums, ownLine);
  const submit = (event) => {
    event.preventDefault();
    const chosen = choice();
    if (give.hasAttribute('aria-disabled')) return;
    if (!current) return say(word('pick_often'), oftenSet.querySelector('input'));
    if (picked === null) return say(word('pick'), sums.querySelector('input'));
    if (!isWithin(chosen.amount_minor)) {
      own.setAttribute('aria-invalid', 'true');
      return say(range(), own);
    }
    ongive(chosen, beside.said());
  };
  const range = () => word('range', { min: money(current.minimum_minor || 1), max: money(current.maximum_minor ?? 99999999) });
  const say = (text, focus) => { wrong.textContent = text; if (focus) focus.focus(); };
  const form = h('form', { novalidate: true, part: 'amounts-form', onsubmit: submit }, oftenSet, sumsSet,
    ask.can_cover_fee && fee, beside.parts, wrong, give);
  form.busy = (isBusy) => {
    if (isBusy) { give.setAttribute('aria-disabled', 'true'); give.textContent = word('wait'); } else { give.removeAttribute('aria-disabled'); redraw(); }
  };
  // While cards are being tested the service takes no small gifts, and says what the least is.
  form.fail = ({ cause }) => {
    const { minimum_minor: least, maximum_minor: most, currency } = problemOf(cause);
    const isRange = least <= most && currency === ask.currency;
    if (isRange) Object.assign(current, { minimum_minor: least, maximum_minor: most });
    form.busy(false);
    say(isRange ? range() : word('failed'), picked === 'own' && own);
  };
  drawSums();
  redraw();
  return form;
};

// The address of the payment page. While cards are being tested the service asks for a proof of work first.
export const checkout = async (app, prompt, choice) => {
  const ask = (proof) => app.exchange('v1/checkout', {
    prompt_token: prompt.prompt_token, ...choice, return_url: location.href.split('#')[0],
    page_id: app.facts.page_id?.slice(0, 200), language: prompt.copy.language, proof }, 10000);
  const late = () => app.breath(10000).then(() => { throw Error('late'); });
  const answer = await ask().catch(async (error) => {
    if (!/"proof_needed"/.test(error.cause)) throw error;
    const { prove } = await Promise.race([app.load('proof'), late()]);
    return ask(await prove(prompt.prompt_token));
  });
  const { protocol, href } = new URL(answer.checkout_url);
  if (!/^https?:$/.test(protocol)) throw Error('address');
  return href;
};
