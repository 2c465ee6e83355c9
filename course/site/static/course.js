// Paper is light and cannot be opened: before printing, the page turns light and closed lists open. Afterwards all is as
// it was.
"use strict";

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
