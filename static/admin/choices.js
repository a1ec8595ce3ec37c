// Django's help icon over two lists has a name, which only an image may have.
window.addEventListener("load", () => {
  setTimeout(() => {
    for (const icon of document.querySelectorAll(".search-label-icon")) icon.setAttribute("role", "img");
  });
});
