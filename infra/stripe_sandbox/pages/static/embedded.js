// Replaces Stripe.js in tests and the demo: stripe = Stripe(key); page = await stripe.createEmbeddedCheckoutPage({ clientSecret }); page.mount(element).
const home = new URL(document.currentScript.src).origin;

window.Stripe = () => ({
  async createEmbeddedCheckoutPage({ clientSecret, fetchClientSecret, onComplete }) {
    const secret = clientSecret ?? (await fetchClientSecret());
    const frame = document.createElement("iframe");
    frame.src = `${home}/c/embed/${encodeURIComponent(secret)}`;
    frame.title = "Checkout (sandbox)";
    frame.style.cssText = "border:0;width:100%;min-height:50rem";
    const hear = (event) => {
      if (event.origin !== home || event.source !== frame.contentWindow) return;
      if (event.data?.type !== "sandbox-checkout-complete") return;
      if (event.data.returnUrl && !onComplete) window.location.assign(event.data.returnUrl);
      else onComplete?.();
    };
    return {
      mount(target) {
        window.addEventListener("message", hear);
        (typeof target === "string" ? document.querySelector(target) : target).append(frame);
      },
      unmount: () => frame.remove(),
      destroy() {
        window.removeEventListener("message", hear);
        frame.remove();
      },
    };
  },
});
