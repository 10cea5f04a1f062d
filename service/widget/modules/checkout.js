// From a choice to the hosted payment page. The page is left only for a plain web address.
export const checkout = async (app, prompt, choice) => {
  const answer = await app.post('v1/checkout', {
    prompt_token: prompt.prompt_token, ...choice, return_url: location.href.split('#')[0],
    page_id: app.facts.page_id?.slice(0, 200), language: prompt.copy.language }, 10000);
  const { protocol, href } = new URL(answer.checkout_url);
  if (!/^https?:$/.test(protocol)) throw Error('address');
  return href;
};
