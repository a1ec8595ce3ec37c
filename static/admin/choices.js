// Django's help icon over two lists has a name, which only an image may have.
window.addEventListener("load", () => {
  setTimeout(() => {
    for (const icon of document.querySelectorAll(".search-label-icon")) icon.setAttribute("role", "img");
  });
});

// The boxes in which one of many is searched for, and what is chosen in them, have the name of their field.
function nameBoxes() {
  for (const box of document.querySelectorAll(".select2:not([data-named])")) {
    const field = box.previousElementSibling;
    const label = field && field.labels && field.labels[0];
    if (!label) continue;
    label.id ||= `${field.id}_label`;
    const chosen = box.querySelector("[role=textbox]");
    if (chosen) box.querySelector("[role=combobox]").setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    for (const part of box.querySelectorAll("[role=textbox], input[type=search]")) {
      part.setAttribute("aria-labelledby", label.id);
    }
    box.dataset.named = "";
  }
}
window.addEventListener("load", () => setTimeout(nameBoxes));
document.addEventListener("formset:added", () => setTimeout(nameBoxes));
