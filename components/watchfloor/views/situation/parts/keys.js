// Keys for the whole desk, and a dialog that names them; the dialog is the page's only modal thing.

const KEYS = [
  ["/", "find"], ["j", "next"], ["k", "previous"], ["Enter", "open"], ["a", "acknowledge"], [", .", "hour"], ["t", "time"], ["m", "map"], ["l", "live"], ["?", "help"], ["Esc", "close"],
];

const KeysPane = pane("keys", (ctx) => {
  const button = h("button", {type: "button", onclick: () => show()}, "?");
  const dialog = h("dialog", {class: "help"});
  const spoken = h("div", {class: "spoken", "aria-live": "polite", role: "status"});
  ctx.root.append(button, dialog, spoken);

  function show() {
    if (!dialog.open) dialog.showModal();
  }

  function typing(event) {
    const target = event.composedPath()[0];
    return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  }

  ctx.listen(document, "keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || dialog.open) return;
    const actions = {"/": "find", j: "next", k: "previous", a: "acknowledge", "?": "help", l: "live", t: "time", ",": "earlier", ".": "later", m: "map"};
    const what = actions[event.key];
    if (!what) return;
    event.preventDefault();
    if (what === "help") show();
    else if (what === "live") ctx.send("live");
    else shout(what);
  });

  // There are no keys on a phone, and no room for the button.
  const narrow = matchMedia("(max-width: 820px)");
  const fit = () => {
    const host = ctx.root.getRootNode().host;
    if (host) host.style.display = narrow.matches ? "none" : "";
  };
  ctx.listen(narrow, "change", fit);
  requestAnimationFrame(fit);

  let last = "";
  return (state) => {
    button.setAttribute("aria-label", ctx.t("keys.title"));
    button.title = ctx.t("keys.title");
    fill(dialog,
      h("h2", {}, ctx.t("keys.title")),
      h("dl", {class: "facts"}, KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, ctx.t(`keys.${what}`))])),
      h("p", {class: "muted"}, ctx.t("keys.order")),
      h("form", {method: "dialog"}, h("button", {class: "primary"}, ctx.t("action.close"))));
    // Worst news are read out; nothing is repeated.
    if (state.news && state.news.id !== last) {
      if (last) fill(spoken, state.news.rows.map((row) => `${ctx.t(row.severity)}: ${row.title}. `));
      last = state.news.id;
    }
  };
});
