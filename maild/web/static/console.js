// Everything works without this file; with it a keyboard is enough, and pages notice what others do.
"use strict";
(() => {
  const all = (wanted, within = document) => [...within.querySelectorAll(wanted)];
  const one = (wanted, within = document) => within.querySelector(wanted);
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // What an address answers; undefined where the server refuses, or is away: then the page stays as it is.
  const brought = async (address, asked) => {
    try {
      const answer = await fetch(address, asked);
      return answer.ok ? await answer.text() : undefined;
    } catch { return undefined; }
  };

  // ---- rows of a view
  const rows = () => all("table.keys tbody tr").filter((row) => one("a.go", row));
  const here = () => one("table.keys tr.here");
  function step(by) {
    const found = rows();
    if (!found.length) { if (along[by]) location.href = along[by]; return; }
    const next = found[Math.min(Math.max(found.indexOf(here()) + by, 0), found.length - 1)];
    here()?.classList.remove("here");
    next.classList.add("here");
    one("a.go", next).focus();
  }

  // ---- the tickets before and after this one in the list that one came from
  const along = {};
  function walk() {
    const shown = one("#ticket"), list = JSON.parse(sessionStorage.getItem("tickets") ?? "[]");
    const at = list.indexOf(shown?.dataset.ticket);
    if (at < 0 || list.length < 2) return;
    const line = document.createElement("nav");
    line.className = "along no-print";
    line.setAttribute("aria-label", "Tickets of the list");
    const link = (by, says) => {
      if (!list[at + by]) return says;
      const found = document.createElement("a");
      found.href = along[by] = `/tickets/${list[at + by]}`;
      found.textContent = says;
      return found;
    };
    line.append(link(-1, "\u2039 Before"), ` ${at + 1} of ${list.length} `, link(1, "Next \u203a"));
    one("#title")?.before(line);
  }

  // ---- keys
  const KEYS = {
    j: ["next ticket, in a list and on a ticket", () => step(1)],
    k: ["ticket before", () => step(-1)],
    o: ["open the ticket", () => one("a.go", here() ?? document)?.click()],
    x: ["choose the ticket", () => { const box = one("input[type=checkbox]", here() ?? undefined); if (box && here()) box.checked = !box.checked; }],
    "/": ["search", () => one("#q")?.focus()],
    r: ["reply", () => one("#reply-text")?.focus()],
    c: ["write a private note", () => one("#note-text")?.focus()],
    e: ["fields", () => one(".rail input:not([type=hidden]), .rail select")?.focus()],
    a: ["assignee", () => one("#f-assignee")?.focus()],
    t: ["give a task", () => unfold("#task-title")],
    s: ["ask an outsider aside", () => unfold("#aside-to")],
    u: ["back to the list", () => { location.href = sessionStorage.getItem("list") || "/"; }],
    z: ["take back the answer that waits", () => one(".parting .undo")?.click()],
    "?": ["these keys", () => help()],
  };
  function unfold(wanted) {
    const box = one(wanted);
    if (!box) return;
    box.closest("details").open = true;
    box.focus();
  }
  const GO = { v: "/", t: "/tasks", r: "/reports", u: "/rules", o: "/operations" };
  let goes = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { one("#peek")?.remove(); document.activeElement?.blur(); return; }
    if (typing(event.target)) return;
    if (goes) {
      goes = false;
      const link = GO[event.key] ?? (/^[1-9]$/.test(event.key) ? all(".views a")[event.key - 1]?.href : undefined);
      if (link) { event.preventDefault(); location.href = link; }
      return;
    }
    if (event.key === "g") { goes = true; setTimeout(() => { goes = false; }, 1500); return; }
    if (/^[1-9]$/.test(event.key)) { one(`#macros li:nth-child(${event.key}) button:enabled`)?.focus(); return; }
    const key = KEYS[event.key];
    if (key) { event.preventDefault(); key[1](); }
  });
  function help() {
    one("dialog.keys-help")?.remove();
    const box = document.createElement("dialog");
    box.className = "keys-help";
    const list = document.createElement("dl");
    const rows = [...Object.entries(KEYS).map(([key, [says]]) => [key, says]), ["1-9", "macro (Enter does it)"], ["g 1-9", "view"],
      ...Object.entries(GO).flatMap(([key, path]) => { const link = one(`.top nav a[href="${path}"]`); return link ? [[`g ${key}`, link.textContent.toLowerCase()]] : []; })];
    for (const [key, says] of rows) {
      const term = document.createElement("dt"), said = document.createElement("dd"), face = document.createElement("kbd");
      face.textContent = key; said.textContent = says; term.append(face); list.append(term, said);
    }
    const title = document.createElement("h2"), close = document.createElement("form"), button = document.createElement("button");
    title.textContent = "Keys"; close.method = "dialog"; button.textContent = "Close"; close.append(button);
    box.append(title, list, close);
    document.body.append(box);
    box.showModal();
  }
  if (one("table.keys")) {
    sessionStorage.setItem("list", location.pathname + location.search);
    const numbers = rows().map((row) => one("a.go", row).pathname.match(/^\/tickets\/(\d+)$/)?.[1]).filter(Boolean);
    if (numbers.length) sessionStorage.setItem("tickets", JSON.stringify([...new Set(numbers)]));
  }
  walk();

  // ---- all rows of a list at once, and how many are chosen
  for (const list of all(".several")) {
    const boxes = all("tbody input[name=id]", list), whole = one("input.whole", list);
    if (!boxes.length || !whole) continue;
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      whole.checked = chosen === boxes.length;
      whole.indeterminate = chosen > 0 && !whole.checked;
      list.classList.toggle("some", chosen > 0);
      one(".chosen", list).textContent = `${chosen} chosen`;
    };
    whole.hidden = false;
    whole.addEventListener("change", () => { for (const box of boxes) box.checked = whole.checked; count(); });
    list.addEventListener("change", count);
    document.addEventListener("keydown", (event) => { if (event.key === "x") setTimeout(count); });
    count();
  }

  // ---- a value's place in its document, beside the value that is pointed at
  let asked;
  async function peek(link) {
    asked = link;
    const text = await brought(link.href);
    if (text === undefined || asked !== link) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const found = one(".document, ol.source", page);
    if (!found) return;
    one("#peek")?.remove();
    const box = document.createElement("div");
    box.id = "peek";
    box.append(document.importNode(found, true));
    document.body.append(box);
    one("#here", box)?.scrollIntoView({ block: "center" });
  }
  for (const link of all("a[data-source]")) {
    link.addEventListener("mouseenter", () => { asked = link; setTimeout(() => { if (asked === link) peek(link); }, 250); });
    link.addEventListener("mouseleave", () => { asked = undefined; one("#peek")?.remove(); });
  }

  // ---- what is being written stays in this tab, whichever button takes the page away, until it is sent or somebody signs out
  for (const box of all("#reply-text, #note-text")) {
    const name = `draft ${one("#ticket").dataset.ticket} ${box.id}`;
    box.value ||= sessionStorage.getItem(name) ?? "";
    box.addEventListener("input", () => sessionStorage.setItem(name, box.value));
    box.form.addEventListener("submit", (event) => { if (event.submitter?.value === { "reply-text": "reply", "note-text": "note" }[box.id]) sessionStorage.removeItem(name); });
  }
  one("form.who")?.addEventListener("submit", () => sessionStorage.clear());

  // ---- an answer that waits: the seconds in which it can be taken back; then the page tells what became of it
  const waits = all(".parting[data-due]");
  if (waits.length) {
    const began = Date.now(), spare = waits.map((box) => Date.parse(box.dataset.due) - Date.parse(box.dataset.now));
    const beat = setInterval(() => {
      const left = spare.map((ms) => Math.ceil((ms - (Date.now() - began)) / 1000));
      waits.forEach((box, n) => { one(".when", box).textContent = left[n] > 0 ? `in ${left[n]} s` : "now"; });
      if (Math.max(...left) > -1) return;
      clearInterval(beat);
      if (untouched() && one("#ticket") && location.pathname === `/tickets/${one("#ticket").dataset.ticket}`) location.reload();
      else for (const box of waits) box.remove();
    }, 250);
  }
  function untouched() {
    return all("main input:not([type=hidden]), main textarea").every((box) => box.value === box.defaultValue && box.checked === box.defaultChecked)
      && all("main select").every((list) => [...list.options].every((option) => option.selected === option.defaultSelected || !list.multiple && ![...list.options].some((other) => other.defaultSelected) && option.index === 0));
  }

  // ---- who else is here, and that the ticket was changed
  // Browsers allow six connections to a host by HTTP/1.1, over all tabs: only a page that is seen holds one.
  const ticket = one("#ticket");
  if (ticket && window.EventSource) {
    const line = one("#presence"), known = { version: ticket.dataset.version, comment: ticket.dataset.comment };
    let events, others = "", changed = false, gone = "";
    const show = () => { line.textContent = gone || [others, changed ? "This ticket was changed meanwhile: reload to see it." : ""].filter(Boolean).join(" "); };
    const refresh = async () => {
      const text = await brought(`/tickets/${ticket.dataset.ticket}`);
      const fresh = text === undefined ? null : one("#timeline", new DOMParser().parseFromString(text, "text/html"));
      if (fresh) one("#timeline").replaceWith(document.importNode(fresh, true));
    };
    const news = (what) => (event) => {
      if (event.data === known[what]) return;
      known[what] = event.data;
      changed ||= what === "version" && !one(".parting[data-mine]");
      show();
      refresh();
    };
    const close = () => { events?.close(); events = undefined; };
    const open = () => {
      if (events || gone || document.hidden) return;
      events = new EventSource(`/tickets/${ticket.dataset.ticket}/events`);
      events.addEventListener("others", (event) => { others = event.data; show(); });
      events.addEventListener("version", news("version"));
      events.addEventListener("comment", news("comment"));
      events.addEventListener("gone", (event) => { gone = event.data; show(); close(); });
    };
    open();
    document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(); });
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
    let told = 0;
    const tell = () => {
      if (Date.now() - told < 10000) return;
      told = Date.now();
      brought(`/tickets/${ticket.dataset.ticket}/writing`, { method: "POST", headers: { "x-csrf-token": one("input[name=csrf]").value } });
    };
    for (const box of all("#reply-text, #note-text")) box.addEventListener("input", tell);
  }
})();
