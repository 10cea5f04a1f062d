// Why this page view shows what it shows: for developers and editors, without the reader's passport.
const REASONS = {
  off: 'the widget is switched off for this site',
  resting: 'the service failed three times; the widget rests for ten minutes',
  no_prompt: 'the service decided that there is nothing to show',
  unusable: 'the answer holds a prompt this version of the widget cannot show',
  returned: 'the reader is back from paying',
  late: 'not everything was there after one and a half seconds',
  closed: 'the reader closed an appeal on this page and has given no consent to keep that',
  no_place: 'the page has no <keep-open> element for the placement',
  hidden: 'the place, or something around it, is hidden',
  too_narrow: 'the place is narrower than 240 pixels',
  too_high: 'the appeal would be more than three screens high in its place',
};
const OTHERWISE = 'the service could not be asked in time';

export default async (app) => {
  const nones = app.log.filter(({ event }) => event === 'none');
  const { reader_assertion: assertion, ...sent } = app.sent || {};
  const isResting = app.restsUntil > Date.now();
  return {
    version: 1, site: app.site, consent: app.consent, is_signed_in: Boolean(assertion), sent,
    answer: app.answer && { ...app.answer, passport: undefined },
    passport_mode: app.attribute('passport') === 'local' ? 'local' : 'cookie',
    resting_until: isResting ? new Date(Number(app.restsUntil)).toISOString() : null,
    reasons: nones.map(({ reason, placement }) => ({ reason, placement, meaning: REASONS[reason] || OTHERWISE })),
    // What the gate hides; with 0 the dialog is open over readable text.
    gate: app.gate || null,
    trace: app.answer?.trace || null, log: app.log,
  };
};
