/* data-copy="id" puts the text of that element on the clipboard and says so where data-said stands. */
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
    const place = button.querySelector("[data-said]");
    if (place) place.textContent = place.dataset.said;
  });
}
