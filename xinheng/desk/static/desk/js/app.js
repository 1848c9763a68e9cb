// The one module that knows htmx: it turns its events into ours ("xh:load", "xh:unload") and
// keeps menus, themes, toasts, shortcuts and row selection. Others listen to our events only.
const root = document.documentElement;
const say = (name) => document.body.dataset[name] || "";
const fire = (name, target) =>
  document.dispatchEvent(new CustomEvent(name, { detail: target }));

document.addEventListener("htmx:load", (event) => fire("xh:load", event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) =>
  fire("xh:unload", event.detail.elt),
);
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  toast(status === 403 ? say("forbidden") : say("broken"), true);
});
document.addEventListener("htmx:sendError", () => toast(say("offline"), true));
document.addEventListener("htmx:beforeRequest", (event) => {
  const typing = event.detail.requestConfig?.triggeringEvent;
  if (typing?.isComposing) event.preventDefault();
});

export function toast(text, danger = false) {
  const line = document.createElement("div");
  line.className = danger ? "toast-line is-danger" : "toast-line";
  line.textContent = text;
  document.querySelector(".toasts")?.append(line);
  setTimeout(() => line.remove(), 8000);
}

// Theme, width of the navigation, printing.
function markTheme() {
  for (const button of document.querySelectorAll("[data-theme-choice]:not(html)")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === root.dataset.themeChoice);
  }
}
document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const theme = hit("button[data-theme-choice]");
  if (theme) {
    document.dispatchEvent(
      new CustomEvent("xh:choose-theme", { detail: theme.dataset.themeChoice }),
    );
    markTheme();
  }
  if (hit("[data-fold]")) {
    root.dataset.side = root.dataset.side === "narrow" ? "wide" : "narrow";
    localStorage.setItem("xh-side", root.dataset.side);
  }
  if (hit("[data-print]")) window.print();
  const opener = hit("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (hit("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// A form with data-auto sends itself when a choice changes.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]") && !event.target.matches("[type=search]")) form.requestSubmit();
});

// Files: a drop zone fills its input and shows the chosen name.
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.(".drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", name === "dragenter" || name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      const input = zone.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      showFile(input);
    }
  });
}
function showFile(input) {
  const out = input.closest(".drop")?.querySelector("[data-file-name]");
  if (out && input.files[0]) {
    out.textContent = `${input.files[0].name} · ${Math.ceil(input.files[0].size / 1024)} KB`;
  }
}
document.addEventListener("change", (event) => {
  if (event.target.matches?.(".drop input[type=file]")) showFile(event.target);
});

// Keys: off while typing or composing Chinese.
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("is-here"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  all[at]?.classList.remove("is-here");
  next?.classList.add("is-here");
  next?.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    fire("xh:palette");
    return;
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const acts = {
    "/": () => fire("xh:palette"),
    "?": () => document.getElementById("help")?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => document.querySelector("tr.is-here a[href]")?.click(),
  };
  const at = rows().some((row) => row.classList.contains("is-here"));
  if (event.key in acts && (event.key !== "Enter" || (at && event.target === document.body))) {
    event.preventDefault();
    acts[event.key]();
  }
});

// A table that does not fit can be scrolled by keyboard too.
const fits = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wide = target.scrollWidth > target.clientWidth;
    const high = target.scrollHeight > target.clientHeight + 1;
    if (wide || (high && getComputedStyle(target).overflowY === "auto")) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.addEventListener("xh:load", (event) => {
  event.detail.querySelectorAll?.(".table-wrap, .filters, .seg, .jump").forEach((wrap) => fits.observe(wrap));
});

document.addEventListener("xh:load", markTheme);
markTheme();
