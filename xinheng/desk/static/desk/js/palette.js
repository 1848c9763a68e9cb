// The command palette: one box over pages, customers and invoices. Answers come from the server
// as a list of plain links; arrows move, Enter opens, and the newest question wins.
const box = document.getElementById("palette");
const input = box?.querySelector("input");
const list = box?.querySelector(".palette-list");
let waiting = null;
let asked = 0;

function links() {
  return [...list.querySelectorAll("a")];
}

function mark(at) {
  links().forEach((link, index) => {
    link.classList.toggle("is-here", index === at);
    link.setAttribute("aria-selected", index === at);
    if (index === at) {
      link.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", link.id);
    }
  });
}

async function ask() {
  const turn = ++asked;
  const question = new URLSearchParams({ q: input.value.trim() });
  try {
    const answer = await fetch(`${box.dataset.source}?${question}`, {
      headers: { "HX-Request": "true" },
    });
    if (turn !== asked || !answer.ok) return;
    list.innerHTML = await answer.text();
    mark(0);
  } catch {
    list.textContent = document.body.dataset.offline;
  }
}

function open() {
  if (box.open) return;
  box.showModal();
  input.select();
  ask();
}

if (box) {
  document.addEventListener("xh:palette", open);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 140);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = links();
    const at = all.findIndex((link) => link.classList.contains("is-here"));
    if (event.key === "ArrowDown") mark(Math.min(at + 1, all.length - 1));
    else if (event.key === "ArrowUp") mark(Math.max(at - 1, 0));
    else if (event.key === "Enter") all[Math.max(at, 0)]?.click();
    else return;
    event.preventDefault();
  });
}
