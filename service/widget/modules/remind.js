// "Remind me": a day in the reader's own calendar. Nothing is sent to anybody, and no address is asked for.
import { element } from './appeal.js';

const twoDigits = (number) => String(number).padStart(2, '0');
const stamp = (day) => `${day.getFullYear()}${twoDigits(day.getMonth() + 1)}${twoDigits(day.getDate())}`;

const inAWeek = (today) => new Date(today.getFullYear(), today.getMonth(), today.getDate() + 7);
// Late in a month the next month is too soon. Every month has a first day.
const nextMonth = (today) => new Date(today.getFullYear(), today.getMonth() + (today.getDate() < 20 ? 1 : 2), 1);

const calendar = (today, day, { title, url, uid }) => [
  'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Keepopen//EN', 'BEGIN:VEVENT', `UID:${uid}`,
  `DTSTAMP:${stamp(today)}T000000Z`, `DTSTART;VALUE=DATE:${stamp(day)}`,
  `SUMMARY:${title.replace(/[\\;,]/g, '\\$&')}`, `URL:${url}`, `DESCRIPTION:${url}`,
  'END:VEVENT', 'END:VCALENDAR', '',
].join('\r\n');

export const offer = (app, { word, done }) => {
  const today = new Date();
  const save = (day) => {
    const url = `${app.base}support/${encodeURIComponent(app.site)}`;
    const text = calendar(today, day, { title: word('remind_title'), url, uid: `${app.view}@keepopen` });
    const href = URL.createObjectURL(new Blob([text], { type: 'text/calendar' }));
    element('a', { href, download: 'keepopen.ics' }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
    const saved = element('span', { role: 'status', tabindex: -1 }, word('remind_done'));
    choices.replaceChildren(saved);
    saved.focus();
    done();
  };
  const later = nextMonth(today);
  const month = word('months').split(',')[later.getMonth()];
  const choice = (label, day) =>
    element('button', { class: 'quiet', type: 'button', onclick: () => save(day) }, label);
  const choices = element('span', {}, choice(word('remind_week'), inAWeek(today)), ' · ',
    choice(word('remind_month', { month }), later));
  return choices;
};
