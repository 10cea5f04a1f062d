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

// The numbers beside the file follow its lines.
const file = document.querySelector("textarea.file");
file?.addEventListener("input", () => {
  file.rows = file.value.split("\n").length + 1;
  document.querySelector(".gutter").textContent = Array.from({ length: file.rows }, (_, at) => at + 1).join("\n");
});

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

// The errors at the fields follow the list of findings: a field that is right again loses its error.
const isAt = (name, field) => field === name || field.startsWith(`${name}.`);
const inputOf = (name) => {
  for (let place = name; place; place = place.slice(0, Math.max(0, place.lastIndexOf(".")))) {
    const found = document.getElementById(place) ?? document.getElementById(`${place}.day`);
    if (found) return found;
  }
  return null;
};
const say = (name, words) => {
  const input = inputOf(name);
  const holder = input?.closest(".field") ?? input;
  if (!holder || holder.querySelector(".invalid-feedback")) return;
  const note = Object.assign(document.createElement("p"), { id: `${input.id}-error`, textContent: words });
  note.className = "invalid-feedback d-block";
  holder.append(note);
  if (!input.matches("input, select, textarea")) return;
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
};
const showErrors = () => {
  const wrong = [...document.querySelectorAll("#findings [data-field]")].map((link) => [link.dataset.field, link.textContent]);
  for (const note of document.querySelectorAll("#editor .invalid-feedback")) {
    const name = note.id.replace(/-error$/, "");
    if (wrong.some(([field]) => isAt(name, field))) continue;
    for (const input of (note.closest(".field, fieldset, .group, .item") ?? note.parentElement).querySelectorAll(".is-invalid")) {
      input.classList.remove("is-invalid");
      input.removeAttribute("aria-invalid");
    }
    note.remove();
  }
  for (const [name, words] of wrong) say(name, words);
};
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.response.status >= 400) return;
  if (detail.ctx.target?.id === "findings") showErrors();
  showAgain();
});

// A draft that could not be saved is not lost: what was typed stays in the form, and a sentence says so. After a session
// has ended, the answer itself is that sentence.
const tell = (words) => { document.querySelector("#findings").textContent = words; };
document.addEventListener("htmx:before:response", (event) => {
  const { status } = event.detail.ctx.response;
  if (status < 400 || status === 401) return;
  event.preventDefault();
  tell("Your last words could not be saved just now. What you typed stays here and is saved with your next change.");
});
document.addEventListener("htmx:error", () => tell(
  "The service cannot be reached. What you typed stays here and is saved with your next change."));
