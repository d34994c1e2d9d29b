/* As soon as the username has been typed, the list holds the one institution that goes with it (Z-024). */
const username = document.getElementById("username");
const list = document.getElementById("institution");
const found = document.querySelector("[data-found]");
const everything = [...list.options].map((option) => ({ value: option.value, label: option.text }));
const PAUSE = 400; // milliseconds without a key: then the username has been typed
let asked = "";
let timer;

const show = (choices, chosen) => {
  list.replaceChildren(...choices.map(({ value, label }) => new Option(label, value, false, value === chosen)));
};

const lookUp = async () => {
  const name = username.value.trim();
  if (name === asked) return;
  asked = name;
  const answer = name && await ask(name);
  if (name !== asked) return; // typed on meanwhile
  const chosen = list.value;
  found.hidden = !answer;
  if (answer) show([{ value: answer.brin, label: answer.label }], answer.brin);
  else show(everything, chosen);
};

const ask = async (name) => {
  const body = new URLSearchParams({ username: name, csrf_token: username.form.elements.csrf_token.value });
  const headers = { Accept: "application/json" };
  const response = await fetch(list.dataset.lookUp, { method: "POST", body, headers }).catch(() => null);
  return response?.ok ? (await response.json()).institution : null;
};

username.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(lookUp, PAUSE); });
username.addEventListener("change", lookUp);
lookUp();
