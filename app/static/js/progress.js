/* A page that shows work in progress keeps itself up to date. Without script <meta http-equiv=refresh> does the same. */
const page = document.querySelector("[data-progress]");
const EVERY = 1000;

/* Take over what changed; the nodes themselves stay, so a screen reader hears the new status and nothing else. */
const takeOver = (fresh) => {
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const place = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (place && place.textContent !== part.textContent) place.textContent = part.textContent;
    if (place?.localName === "progress") place.value = part.value;
  }
};

/* Ready: ask for the result, which shows passwords once. A visitor who comes back later presses the button. */
const finish = (fresh) => {
  const form = fresh?.querySelector("form[data-result]");
  if (!form) return location.reload();
  document.body.append(document.adoptNode(form));
  return form.requestSubmit();
};

const look = async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = other.querySelector("[data-progress]");
    if (!fresh) return finish(other);
    takeOver(fresh);
  }
  return setTimeout(look, EVERY);
};

if (page) setTimeout(look, EVERY);
