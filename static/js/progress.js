// Keeps the progress of longer work up to date, and shows the page anew when it is done. Without it, one looks again.
(() => {
  const EVERY = 2000; // milliseconds
  const look = async () => {
    const here = document.querySelector("[data-progress]");
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const there = page.querySelector("[data-progress]");
      if (answer.ok && !there) {
        location.reload();
        return;
      }
      if (there && there.innerHTML !== here.innerHTML) {
        const had = here.contains(document.activeElement);
        here.innerHTML = there.innerHTML;
        if (had) here.querySelector("a").focus();
      }
    } catch {
      // The network is away; the next look may find it.
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
})();
