// Keeps "now" and "next" of a run sheet up to date. Without it the page says how things stood when it was loaded.
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
    const before = following ? "Not begun yet" : "The agenda is through";
    show(title, current ? current.title : isOver ? "The meeting is over" : before);
    const soon = following && following.start - now < 3600000;
    if (current) show(left, `${minutesAndSeconds(current.end - now)} left, until ${current.row.dataset.until}`);
    else show(left, soon ? `begins in ${minutesAndSeconds(following.start - now)}` : "");
    if (following) show(next, `Next, ${following.row.dataset.clock}: ${following.title}`);
    else show(next, isOver ? "" : "Then the meeting closes.");
  };

  tick();
  setInterval(tick, 1000);
})();
