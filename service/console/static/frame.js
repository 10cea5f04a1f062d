// A form is sent once, however often its button is pressed. On a phone, the navigation shows the entry of this screen.
// A button copies the text of a field.
const send = (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
};
const allow = () => {  // also when the browser shows the page again from its memory
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};
addEventListener("submit", send);
addEventListener("pageshow", allow);
const nav = document.querySelector(".sections");
const entry = nav?.querySelector("[aria-current]");
if (entry) nav.scrollLeft = entry.offsetLeft - (nav.clientWidth - entry.clientWidth) / 2;
const copy = async ({ currentTarget: button }) => {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.textContent = "Copied";
};
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", copy);
}
