/* Ticks in a list: the top box for the whole page, shift-click for a range, and the live count. */
const list = document.querySelector("[data-list]");
const top_box = list.querySelector("[data-pick-all]");
const picks = [...list.querySelectorAll("[data-pick]")];
let last = null;

const count = () => {
  const on = picks.filter((pick) => pick.checked).length;
  const everything = on === picks.length && list.dataset.everything;
  top_box.checked = on === picks.length;
  top_box.indeterminate = on > 0 && on < picks.length;
  for (const place of list.querySelectorAll("[data-picked]")) place.textContent = everything || on;
  for (const strip of list.querySelectorAll("[data-selection]")) strip.classList.toggle("on", on > 0);
  for (const field of list.querySelectorAll("input[name=everything]")) field.disabled = !everything;
};

top_box.addEventListener("change", () => {
  for (const pick of picks) pick.checked = top_box.checked;
  count();
});
picks.forEach((pick, index) => pick.addEventListener("click", (event) => {
  if (event.shiftKey && last !== null) {
    for (const one of picks.slice(Math.min(last, index), Math.max(last, index) + 1)) one.checked = pick.checked;
  }
  last = index;
  count();
}));
count();
