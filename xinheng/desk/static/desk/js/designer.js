// Designer pages: pieces put in order by hand, settings that belong to a type, one more line.
// Everything here has a button or works without it.
for (const list of document.querySelectorAll("[data-sortable]")) {
  const form = document.getElementById(list.dataset.sortable);
  if (!form || !window.Sortable) continue;
  window.Sortable.create(list, {
    handle: ".grip",
    animation: 120,
    onEnd: ({ oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return;
      form.elements.at.value = oldIndex;
      form.elements.to.value = newIndex;
      form.requestSubmit();
    },
  });
}

// What does not belong to the chosen type is hidden; the server leaves it out in any case.
for (const form of document.querySelectorAll("form[data-typed]")) {
  const type = form.elements.type;
  const show = () => {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(type.value);
    }
  };
  type.addEventListener("change", show);
  show();
}

for (const button of document.querySelectorAll("[data-more]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const body = button.closest("div").querySelector(button.dataset.more);
    const line = body.lastElementChild.cloneNode(true);
    for (const input of line.querySelectorAll("input")) {
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, body.children.length + 1));
    }
    body.append(line);
    line.querySelector("input").focus();
  });
}
