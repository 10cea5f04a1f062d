// Calls the sandbox's routes with Stripe's library for Node. The argument is the port of the sandbox.
// Prints the failed steps as JSON: an empty object if all succeeded.
import Stripe from "stripe";

const port = Number(process.argv[2]);
const connection = { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe("sk_test_keepopen_oracles_0123456", connection);
const failures = {};

async function step(name, act) {
  try {
    return await act();
  } catch (error) {
    failures[name] = `${error.type ?? error.name}: ${error.message}`;
    return {};
  }
}

async function refused(name, expected, act) {
  try {
    await act();
    failures[name] = "was not refused";
  } catch (error) {
    for (const [field, value] of Object.entries(expected)) {
      if (error[field] !== value) failures[name] = `${field} is ${error[field]}: ${error.message}`;
    }
  }
}

function expect(isTrue, what) {
  if (!isTrue) throw new Error(what);
}

const unattended = { confirm: true, automatic_payment_methods: { enabled: true, allow_redirects: "never" } };
const urls = { success_url: "https://x.example/?s={CHECKOUT_SESSION_ID}", cancel_url: "https://x.example/" };
const recurring = (interval, product) => ({ currency: "eur", unit_amount: 500, recurring: { interval }, product });

// Customers, catalogue
const address = { country: "IE", line1: "1 Main Street", postal_code: "D01" };
const customer = await step("customer", () =>
  stripe.customers.create({ email: "a@reader.example", name: "A", address, metadata: { a: "b" } }),
);
await step("customers", () => stripe.customers.list({ email: "a@reader.example", limit: 3, created: { gte: 1 } }));
await step("customer updated", async () => {
  const changed = await stripe.customers.update(customer.id, { name: "B", metadata: { a: "" } });
  expect(changed.name === "B" && !("a" in changed.metadata), "name changed, metadata emptied");
});
const product = await step("product", () => stripe.products.create({ name: "Support" }));
const price = await step("price", () => stripe.prices.create(recurring("month", product.id)));
const chosen = { enabled: true, minimum: 100, preset: 500 };
const open = await step("custom price", () =>
  stripe.prices.create({ product: product.id, currency: "eur", custom_unit_amount: chosen }),
);
await step("prices", () => stripe.prices.list({ product: product.id, active: true, expand: ["data.product"] }));

// Checkout
const goods = { price_data: { currency: "eur", unit_amount: 700, product_data: { name: "Gift" } }, quantity: 1 };
const gift = { ...urls, mode: "payment", submit_type: "donate", line_items: [goods], metadata: { a: "1" } };
const session = await step("session", () =>
  stripe.checkout.sessions.create({ ...gift, payment_intent_data: { metadata: { b: "2" } }, locale: "de" }),
);
await step("subscription session", () =>
  stripe.checkout.sessions.create({
    ...urls,
    mode: "subscription",
    line_items: [{ price: price.id, quantity: 1 }],
    subscription_data: { metadata: { c: "3" } },
    customer: customer.id,
    client_reference_id: "ref",
  }),
);
const embedded = { return_url: "https://x.example/{CHECKOUT_SESSION_ID}", mode: "payment" };
const openItems = [{ price: open.id, quantity: 1 }];
await step("embedded session", () =>
  stripe.checkout.sessions.create({ ...embedded, ui_mode: "embedded_page", line_items: openItems }),
);
await refused("old ui_mode", { type: "StripeInvalidRequestError" }, () =>
  stripe.checkout.sessions.create({ ...embedded, ui_mode: "embedded", line_items: openItems }),
);
await refused("old payment_method_types", { type: "StripeInvalidRequestError" }, () =>
  stripe.checkout.sessions.create({ ...gift, payment_method_types: ["card"] }),
);
await step("line items", () => stripe.checkout.sessions.listLineItems(session.id, { limit: 5 }));
await step("sessions", () => stripe.checkout.sessions.list({ customer: customer.id, expand: ["data.line_items"] }));
await step("session expired", () => stripe.checkout.sessions.expire(session.id));
await refused("expired twice", { statusCode: 400 }, () => stripe.checkout.sessions.expire(session.id));

// Payment methods and payments
const card = { number: "4242424242424242", exp_month: 12, exp_year: 2034, cvc: "123" };
const method = await step("payment method", () => stripe.paymentMethods.create({ type: "card", card }));
await step("attached", () => stripe.paymentMethods.attach(method.id, { customer: customer.id }));
await step("payment methods", () => stripe.paymentMethods.list({ customer: customer.id, type: "card" }));
await step("default payment method", () =>
  stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } }),
);
const intent = await step("payment", () =>
  stripe.paymentIntents.create({
    ...unattended,
    amount: 1200,
    currency: "eur",
    customer: customer.id,
    payment_method: method.id,
  }),
);
await refused("declined", { type: "StripeCardError", decline_code: "insufficient_funds" }, () =>
  stripe.paymentIntents.create({
    ...unattended,
    amount: 900,
    currency: "eur",
    payment_method: "pm_card_chargeDeclinedInsufficientFunds",
  }),
);
await step("captured in part", async () => {
  const held = await stripe.paymentIntents.create({
    ...unattended,
    amount: 900,
    currency: "eur",
    payment_method: "pm_card_visa",
    capture_method: "manual",
  });
  expect(held.status === "requires_capture", held.status);
  const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 600 });
  expect(taken.amount_received === 600, "600 received");
});
await step("canceled", async () => {
  const held = await stripe.paymentIntents.create({ amount: 900, currency: "eur" });
  await stripe.paymentIntents.cancel(held.id, { cancellation_reason: "abandoned" });
});
await step("expanded", async () => {
  const expand = ["latest_charge.balance_transaction", "customer", "payment_method"];
  const found = await stripe.paymentIntents.retrieve(intent.id, { expand });
  expect(found.latest_charge.balance_transaction.amount === 1200, "the balance transaction is there");
});
const charge = await step("charge", () => stripe.charges.retrieve(intent.latest_charge));
await step("charges", () => stripe.charges.list({ payment_intent: intent.id }));

// Refunds, disputes
const refund = await step("refund", () => stripe.refunds.create({ payment_intent: intent.id, amount: 200 }));
await step("refund expanded", () => stripe.refunds.retrieve(refund.id, { expand: ["balance_transaction", "charge"] }));
await step("refunds", () => stripe.refunds.list({ charge: charge.id }));
await refused("refund beyond what is left", { statusCode: 400 }, () =>
  stripe.refunds.create({ charge: charge.id, amount: 99999 }),
);
await step("dispute", async () => {
  const contested = { ...unattended, amount: 1300, currency: "eur", payment_method: "pm_card_createDispute" };
  await stripe.paymentIntents.create(contested);
  const [dispute] = (await stripe.disputes.list({ limit: 1 })).data;
  await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: "winning_evidence" }, submit: true });
});

// Subscriptions, invoices, portal
const subscription = await step("subscription", () =>
  stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    billing_mode: { type: "flexible" },
    expand: ["latest_invoice.payments"],
  }),
);
await step("another amount", () =>
  stripe.subscriptions.update(subscription.id, {
    items: [{ id: subscription.items.data[0].id, price_data: { ...recurring("month", product.id), unit_amount: 800 } }],
    proration_behavior: "none",
  }),
);
await step("cancel at period end", () => stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }));
await step("subscriptions", () => stripe.subscriptions.list({ customer: customer.id, status: "all" }));
await step("invoice payments", async () => {
  const [paid] = subscription.latest_invoice.payments.data;
  const payment = { type: "payment_intent", payment_intent: paid.payment.payment_intent };
  const found = await stripe.invoicePayments.list({ payment });
  expect(found.data.length === 1 && found.data[0].id === paid.id, "found by its payment intent");
});
await step("invoices", () => stripe.invoices.list({ subscription: subscription.id, status: "paid" }));
await step("subscription ended", () => stripe.subscriptions.cancel(subscription.id));
await step("invoice by hand, paid outside", async () => {
  await stripe.invoiceItems.create({ customer: customer.id, amount: 300, currency: "eur" });
  const invoice = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: "include" });
  await stripe.invoices.finalizeInvoice(invoice.id);
  await stripe.invoices.pay(invoice.id, { paid_out_of_band: true });
});
await step("portal", () =>
  stripe.billingPortal.sessions.create({ customer: customer.id, return_url: "https://x.example/" }),
);
await step("portal configurations", () => stripe.billingPortal.configurations.list({ is_default: true }));
await step("a clock's renewal", async () => {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1000) });
  const timed = await stripe.customers.create({
    test_clock: clock.id,
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  const monthly = await stripe.subscriptions.create({ customer: timed.id, items: [{ price: price.id }] });
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 35 * 86400 });
  const invoices = await stripe.invoices.list({ subscription: monthly.id });
  expect(invoices.data.length === 2, `${invoices.data.length} invoices`);
});

// Balance, events, endpoints, the wire
await step("balance", () => stripe.balance.retrieve());
await step("every page, forwards and backwards", async () => {
  const all = (await stripe.balanceTransactions.list({ limit: 100 })).data;
  const forwards = await stripe.balanceTransactions.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(forwards.length === all.length, `${forwards.length} of ${all.length}`);
  const back = { limit: 2, ending_before: all.at(-1).id };
  const backwards = await stripe.balanceTransactions.list(back).autoPagingToArray({ limit: 100 });
  expect(backwards.length === all.length - 1, `${backwards.length} before the last of ${all.length}`);
});
await step("payouts", () => stripe.payouts.list({ arrival_date: { gte: 1 } }));
await step("events", async () => {
  const found = await stripe.events.list({ types: ["charge.succeeded", "customer.created"], limit: 5 });
  expect(found.data.length === 5, `${found.data.length} events`);
});
await step("endpoint", async () => {
  const endpoint = await stripe.webhookEndpoints.create({ url: "https://x.example/hook", enabled_events: ["*"] });
  expect(endpoint.secret.startsWith("whsec_"), "a secret, once");
  await stripe.webhookEndpoints.update(endpoint.id, { enabled_events: ["charge.succeeded"] });
  await stripe.webhookEndpoints.del(endpoint.id);
});
await step("idempotent", async () => {
  const options = { idempotencyKey: "once" };
  const [first, second] = [await stripe.customers.create({}, options), await stripe.customers.create({}, options)];
  expect(first.id === second.id, "one customer");
  expect(second.lastResponse.headers["idempotent-replayed"] === "true", "said to be a replay");
});
await refused("another request, same key", { type: "StripeIdempotencyError" }, () =>
  stripe.customers.create({ name: "C" }, { idempotencyKey: "once" }),
);
await refused("missing", { code: "resource_missing", statusCode: 404 }, () => stripe.charges.retrieve("ch_nope"));
await refused("unknown parameter", { code: "parameter_unknown", param: "nope" }, () =>
  stripe.customers.create({ nope: 1 }),
);
await refused("a live key", { type: "StripeAuthenticationError" }, () =>
  new Stripe("sk_live_x", connection).balance.retrieve(),
);
await step("customer deleted", async () => {
  await stripe.customers.del(customer.id);
  expect((await stripe.customers.retrieve(customer.id)).deleted, "deleted, and still there");
});

console.log(JSON.stringify(failures));
