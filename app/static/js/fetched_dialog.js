/* A link with data-fetched-dialog="id" shows the part [data-dialog-content] of the page it points to in that dialog.
   When that fails the link simply leads to the page. */
for (const link of document.querySelectorAll("[data-fetched-dialog]")) {
  const dialog = document.getElementById(link.dataset.fetchedDialog);
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page && page.querySelector("[data-dialog-content]");
    if (!content) {
      location.href = link.href;
      return;
    }
    dialog.querySelector("[data-fetched]").replaceChildren(document.adoptNode(content));
    dialog.showModal();
  });
}
