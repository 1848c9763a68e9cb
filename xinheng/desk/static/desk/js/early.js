// Runs before the first paint, so that neither theme nor navigation width flickers.
(() => {
  const root = document.documentElement;
  const read = (name, fallback) => {
    try {
      return localStorage.getItem(name) || fallback;
    } catch {
      return fallback;
    }
  };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = read("xh-theme", "auto");
    root.dataset.themeChoice = choice;
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.dispatchEvent(new CustomEvent("xh:theme"));
  };
  root.dataset.side = read("xh-side", "wide");
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("xh:choose-theme", (event) => {
    localStorage.setItem("xh-theme", event.detail);
    apply();
  });
})();
