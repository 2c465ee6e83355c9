"use strict";
// Saves what a marker enters: a whole mark at once, an unfinished one as a draft. One request at a time.

const said = document.getElementById("said");
const trouble = document.getElementById("trouble");

async function send(address, body) {
  let reply, record;
  try {
    reply = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    record = await reply.json();
  } catch (error) {
    throw new Error("Not saved: the program does not answer. Is it still running? Your entries stay on this page.");
  }
  if (!reply.ok) throw new Error(record.error);
  return record;
}

function clock() {
  return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

const form = document.getElementById("marks");
if (form) marking(form);

const stop = document.getElementById("stop");
if (stop) {
  stop.addEventListener("click", async () => {
    try {
      await send("stop", {});
      stop.disabled = true;
      said.textContent = "Stopped. What was saved is kept. You can close this page.";
    } catch (error) {
      trouble.textContent = error.message;
    }
  });
}

function marking(form) {
  const { root, code, next } = form.dataset;
  const fields = [...form.querySelectorAll('input[type="number"]')];
  const comment = document.getElementById("comment");
  const undo = document.getElementById("undo");
  let seen = form.dataset.seen;
  let waits = form.dataset.waits === "yes";
  let saved = state();
  let timer = null;
  let running = Promise.resolve();

  function radios(at) {
    return [...form.querySelectorAll(`input[name="level-${at}"]`)];
  }

  function level(at) {
    for (const radio of radios(at)) {
      radio.checked = fields[at].value !== "" && Number(radio.value) === Number(fields[at].value);
    }
  }

  function state() {
    return JSON.stringify([fields.map((field) => field.value), comment.value]);
  }

  function total() {
    const given = fields.filter((field) => field.value !== "");
    const sum = given.reduce((all, field) => all + Number(field.value), 0);
    document.getElementById("total").textContent = given.length ? String(Math.round(sum * 100) / 100) : "–";
    return given.length === fields.length && fields.every((field) => field.checkValidity());
  }

  async function save(whole) {
    const now = state();
    if (now === saved && !(whole && waits)) return;
    const wrong = fields.find((field) => !field.checkValidity());
    if (wrong) {
      wrong.setAttribute("aria-invalid", "true");
      throw new Error(`Not saved: points must be from 0 to ${wrong.max}, in steps of ${wrong.step}.`);
    }
    fields.forEach((field) => field.removeAttribute("aria-invalid"));
    const complete = total();
    if (whole && !complete) {
      const empty = fields.find((field) => field.value === "");
      empty.focus();
      throw new Error("Not saved as a mark yet: give points for each criterion.");
    }
    const criteria = fields.map((field) => (field.value === "" ? null : Number(field.value)));
    const record = await send(root + (complete ? "save" : "draft"), { code, seen, criteria, comment: comment.value });
    saved = now;
    trouble.textContent = "";
    if (complete) {
      ({ seen, waits } = record);
      undo.disabled = !record.undoable;
      document.getElementById("progress").textContent = record.progress;
      said.textContent = `Saved at ${clock()}. ${record.progress}.`;
    } else {
      said.textContent = `Kept as a draft at ${clock()}. It becomes a mark when each criterion has points.`;
    }
  }

  function queue(work) {
    running = running.then(work).catch((error) => {
      trouble.textContent = error.message;
      return Promise.resolve("failed");
    });
    return running;
  }

  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => queue(() => save(false)), wait);
  }

  fields.forEach((field, at) => {
    level(at);
    radios(at).forEach((radio) =>
      radio.addEventListener("change", () => {
        field.value = radio.value;
        total();
        soon(400);
      }),
    );
    field.addEventListener("input", () => {
      level(at);
      total();
      soon(900);
    });
  });
  comment.addEventListener("input", () => soon(2000));
  comment.addEventListener("blur", () => soon(0));
  total();

  async function finish() {
    clearTimeout(timer);
    const outcome = await queue(() => save(true));
    if (outcome !== "failed") location.assign(next ? `${root}answer/${next}` : root);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      finish();
    } else if (event.key === "Enter" && event.target.tagName === "INPUT") {
      event.preventDefault();
    }
  });
  undo.addEventListener("click", async () => {
    clearTimeout(timer);
    const outcome = await queue(() => send(`${root}undo`, { code, seen }));
    if (outcome !== "failed") {
      saved = state();
      location.reload();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (state() !== saved) event.preventDefault();
  });
}
