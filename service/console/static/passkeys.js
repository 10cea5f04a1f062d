// Asks the browser for a passkey when a form with options is sent, and sends the form with the browser's answer.
const SENTENCES = {
  NotAllowedError: "No passkey was used. You cancelled, or it took too long. Try again.",
  InvalidStateError: "This device already has a passkey of yours. Use it to sign in.",
  TypeError: "This browser is too old for passkeys. Update it, or use another one.",
};

const answerTo = (form, options) => form.dataset.passkey === "make"
  ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
  : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

const ask = async (event) => {
  const form = event.target;
  const problem = form.querySelector("[role=alert]");
  event.preventDefault();
  problem.hidden = true;
  try {
    const credential = await answerTo(form, JSON.parse(form.dataset.options));
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    problem.textContent = SENTENCES[error.name] ?? "The passkey could not be used. Try again.";
    problem.hidden = false;
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) form.addEventListener("submit", ask);
