// Keeps "now" and "next" of a run sheet up to date. Without it the page says how things stood when it was loaded.
// The words are in the panel's data attributes, in the page's language.
(() => {
  const panel = document.querySelector("[data-run-now]");
  if (!panel) return;
  const items = [...document.querySelectorAll(".run-sheet [data-start]")].map((row) => ({
    row,
    start: Date.parse(row.dataset.start),
    end: Date.parse(row.dataset.end),
    title: row.querySelector("h3").textContent,
  }));
  const head = panel.querySelector(".panel-head");
  const title = panel.querySelector("h2");
  const left = panel.querySelector(".run-left");
  const next = panel.querySelector(".run-next");
  panel.querySelector(".run-again").hidden = true;

  const show = (element, words) => {
    if (element.textContent !== words) element.textContent = words; // so that only changes are read out
  };

  const words = panel.dataset;
  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const minutesAndSeconds = (milliseconds) => {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  const tick = () => {
    const now = Date.now();
    const current = items.find((item) => item.start <= now && now < item.end);
    const following = items.find((item) => item.start > now);
    const isOver = now >= Date.parse(panel.dataset.over);
    for (const { row } of items) {
      if (current && row === current.row) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }
    head.classList.toggle("is-next", Boolean(current));
    const before = following ? words.early : words.through;
    show(title, current ? current.title : isOver ? words.ended : before);
    const soon = following && following.start - now < 3600000;
    const wait = minutesAndSeconds((current ? current.end : following ? following.start : now) - now);
    if (current) show(left, filled(words.left, { wait, until: current.row.dataset.until }));
    else show(left, soon ? filled(words.begins, { wait }) : "");
    if (following) show(next, filled(words.next, { start: following.row.dataset.clock, title: following.title }));
    else show(next, isOver ? "" : words.closes);
  };

  tick();
  setInterval(tick, 1000);
})();
