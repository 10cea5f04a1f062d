// Bootstrap chooses its colours by an attribute. It follows the choice of the browser, also when that changes.
const isDark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => { document.documentElement.dataset.bsTheme = isDark.matches ? "dark" : "light"; };
isDark.addEventListener("change", follow);
follow();
