/* The two new passwords are compared while typing, so that nothing is lost. The server checks them all the same. */
const [first, second] = ["new_password", "repeat_password"].map((name) => document.getElementById(name));

const compare = () => {
  const differs = second.value !== "" && first.value !== second.value;
  second.setCustomValidity(differs ? second.dataset.differs : "");
};

first.addEventListener("input", compare);
second.addEventListener("input", compare);
