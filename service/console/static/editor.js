// Counts characters while a person types, and shows the prompt again when the draft was saved or a switch was turned.
const count = ({ target }) => {
  const { most } = target.dataset ?? {};
  const shown = most && document.querySelector(`[data-count="${CSS.escape(target.name)}"]`);
  if (!shown) return;
  const length = [...target.value].length;
  shown.textContent = `${length} of ${most} characters`;
  shown.classList.toggle("over", length > most);
};
document.addEventListener("input", count);

const frame = document.querySelector("#preview");
const switches = document.querySelector("#switches");
const showAgain = () => {
  if (!frame) return;
  const address = new URL(frame.src);
  for (const [name, value] of new FormData(switches)) address.searchParams.set(name, value);
  address.searchParams.set("again", Date.now());
  frame.className = address.searchParams.get("screen");
  frame.src = address;
};
switches?.addEventListener("change", (event) => {
  event.stopPropagation();
  // The country and the device are part of the token, which only the server can make.
  if (/^(screen|currency)$/.test(event.target.name)) switches.requestSubmit();
  else showAgain();
});
switches?.classList.add("live");
document.addEventListener("htmx:after:swap", showAgain);
