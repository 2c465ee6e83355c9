"use strict";

// The theme's buttons that show the pages under a page have an icon and no name; a screen reader needs one.
for (const button of document.querySelectorAll(".bd-sidebar summary:not([aria-label])")) {
  button.setAttribute("aria-label", `Pages under ${button.closest("li").querySelector("a").textContent.trim()}`);
}

// Paper is light and cannot be opened: before printing, the page turns light and closed lists open. Afterwards all is as
// it was.
let before = null;

addEventListener("beforeprint", () => {
  const closed = [...document.querySelectorAll("details:not([open])")];
  before = { theme: document.documentElement.dataset.theme, closed };
  document.documentElement.dataset.theme = "light";
  closed.forEach((one) => (one.open = true));
});

addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = before.theme;
  before.closed.forEach((one) => (one.open = false));
});
