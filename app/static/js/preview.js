/* A form that shows at once what typed values would make. Without script its button "Show" does the same. */
const form = document.querySelector("form[data-preview]");
const WAIT = 300;
let timer;

const look = async () => {
  const typed = new FormData(form);
  typed.set("preview", "1");
  const answer = await fetch(form.action, { method: "POST", body: typed }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of form.querySelectorAll("[data-previewed]")) {
    const part = fresh.querySelector(`[data-previewed="${place.dataset.previewed}"]`);
    if (part) place.replaceChildren(...part.childNodes);
  }
};

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});
