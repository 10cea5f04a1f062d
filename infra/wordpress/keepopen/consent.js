// Passes a reader's answer on from the WP Consent API: statistics allows the meter, marketing allows everything.
(() => {
  const allows = (category) => typeof window.wp_has_consent === 'function' && window.wp_has_consent(category);
  const tell = () => {
    const consent = allows('marketing') ? 'full' : allows('statistics') ? 'meter' : 'none';
    (window.keepopen ||= []).push(['consent', consent]);
  };
  document.addEventListener('wp_consent_type_defined', tell);
  document.addEventListener('wp_listen_for_consent_change', () => setTimeout(tell));
  tell();
})();
